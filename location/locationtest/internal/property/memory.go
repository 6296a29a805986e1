package property

import (
	"github.com/assay-dev/assay/location/locationtest/internal/schedule"
	"github.com/assay-dev/assay/workload/history"
)

// A memory is what a run takes down and the values that it writes. The next run has it
// again, unless there is something to be told of this one: collecting the garbage of small
// programs takes as long as running them.
type memory struct {
	operations []history.Operation
	traces     []trace
	taken      schedule.Recorder
	rooms      []*[]byte
	roomsTaken int
}

// cleared returns m, in which nothing is taken down.
func (m *memory) cleared() *memory {
	m.operations, m.traces, m.roomsTaken = m.operations[:0], m.traces[:0], 0
	return m
}

// room returns room for the values that one client writes, or one late effect.
func (r *run) room() *[]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.roomsTaken == len(r.rooms) {
		r.rooms = append(r.rooms, new([]byte))
	}
	r.roomsTaken++
	return r.rooms[r.roomsTaken-1]
}
