package defective

import (
	"context"
	"slices"
	"sync"

	"github.com/assay-dev/assay/location"
)

func consensusStaleDefects() []Defect {
	return []Defect{
		{Name: "one-behind", Object: OfConsensus, Clause: "C6", Sees: InTime, shared: true,
			Sentence:  "returns the version before the head now and then",
			Seen:      "stale reads of etcd 0.4 and Consul 0.5: Jepsen, 2014",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus { return oneBehind{inner, every(20)} })},
		{Name: "lagging-replica", Object: OfConsensus, Clause: "C6", Sees: InTime, shared: true,
			Sentence: "reads heads from a replica that falls a few operations behind now and then",
			Seen:     "stale reads of MongoDB 2.6: Jepsen, 2015",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus {
				return &lagging{Consensus: inner, rarely: every(40)}
			})},
		{Name: "scan-of-a-replica", Object: OfConsensus, Clause: "C7", Sees: InTime, shared: true,
			Sentence: "answers a scan from a copy of the versions that is one commit old now and then",
			consensus: consensusOver(func(inner location.Consensus) location.Consensus {
				return oldScans{inner, every(20)}
			})},
	}
}

type oneBehind struct {
	location.Consensus
	rarely occasion
}

func (s oneBehind) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := s.Consensus.Head(ctx, key)
	if err != nil || !found || !s.rarely.now() {
		return head, found, err
	}
	versions, err := s.Scan(ctx, key, 0, location.ScanAll)
	if n := len(versions); n >= 2 {
		head = versions[n-2]
	}
	return head, found, err
}

// lagging answers a few heads of a key from one copy.
type lagging struct {
	location.Consensus
	rarely occasion
	mu     sync.Mutex
	copies map[string]*replica
}

type replica struct {
	head location.VersionedData
	left int // answers until it catches up
}

func (s *lagging) Head(ctx context.Context, key string) (location.VersionedData, bool, error) {
	head, found, err := s.Consensus.Head(ctx, key)
	if err != nil || !found {
		return head, found, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.copies[key]; c != nil && c.left > 0 {
		c.left--
		head = location.VersionedData{SeqNo: c.head.SeqNo, Data: slices.Clone(c.head.Data)}
	} else if s.rarely.now() {
		if s.copies == nil {
			s.copies = map[string]*replica{}
		}
		s.copies[key] = &replica{location.VersionedData{SeqNo: head.SeqNo, Data: slices.Clone(head.Data)}, 6}
	}
	return head, true, nil
}

type oldScans struct {
	location.Consensus
	rarely occasion
}

func (s oldScans) Scan(ctx context.Context, key string, from location.SeqNo, limit int64) ([]location.VersionedData, error) {
	versions, err := s.Consensus.Scan(ctx, key, from, limit)
	n := len(versions)
	if err != nil || n < 2 || int64(n) == limit || !s.rarely.now() {
		return versions, err
	}
	return versions[:n-1], nil
}
