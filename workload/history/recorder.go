package history

import (
	"sync"
	"time"
)

// FlushInterval is how often a recorder hands what it has to the operating system,
// unless it is told otherwise: a killed run loses no more than this.
const FlushInterval = time.Second

// logSize is how many operations one client may be ahead of the recorder. Twice as
// many are held at most, those being encoded and those being gathered; a client that
// is faster than the disk waits in Append, between two of its operations.
const logSize = 4096

// A Recorder writes what many clients saw into one file. Clients only append to a log
// of their own; one goroutine in the background encodes and writes. Its memory is
// bounded by the number of clients, see [Log.Append].
type Recorder struct {
	writer   *Writer // the background's alone
	interval time.Duration
	wake     chan struct{} // some log is half full
	stop     chan struct{}
	stopped  chan struct{}
	closing  sync.Once

	mu     sync.Mutex // guards what follows; never held while writing
	logs   []*Log
	faults []Fault
	err    error
	// complete is the instant before which no operation was called that is not written.
	// The background alone changes it.
	complete int64
}

// NewRecorder starts recording into w, which it owns from now on, and flushes it at
// every interval; 0 means [FlushInterval].
func NewRecorder(w *Writer, interval time.Duration) *Recorder {
	if interval <= 0 {
		interval = FlushInterval
	}
	r := &Recorder{
		writer: w, interval: interval,
		wake: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	go r.run()
	return r
}

// Client returns the log of one more client.
func (r *Recorder) Client() *Log {
	l := &Log{recorder: r, gathered: make([]Operation, 0, logSize), spare: make([]Operation, 0, logSize)}
	l.room.L = &l.mu
	r.mu.Lock()
	defer r.mu.Unlock()
	l.since = r.complete // whatever it calls, it calls later
	r.logs = append(r.logs, l)
	return l
}

// Fault records a fault when it begins, and again, with the same name, target and call,
// when more is known of it.
func (r *Recorder) Fault(f Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, f)
}

// Err returns the error that ended the recording, a full disk for example, naming the
// file; nil while all is well. After it operations are dropped: a run should stop.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Close writes everything that was appended and closes the file. It returns the
// first error of the whole recording. No client may append afterwards.
func (r *Recorder) Close() error {
	r.closing.Do(func() { close(r.stop) })
	<-r.stopped
	return r.Err()
}

// run is the background goroutine.
func (r *Recorder) run() {
	defer close(r.stopped)
	r.keep(r.writer.WriteComplete(0)) // until the first collection, nothing is certain
	ticker := time.NewTicker(r.interval)
	defer ticker.Stop()
	for {
		select {
		case <-r.wake:
			r.collect()
		case <-ticker.C:
			r.collect()
			r.keep(r.writer.Flush())
		case <-r.stop:
			r.collect()
			r.keep(r.writer.Close())
			return
		}
	}
}

// collect encodes everything that was appended. The writer ignores what comes after
// an error, so that no client ever waits for a disk that is full.
func (r *Recorder) collect() {
	r.mu.Lock()
	logs, faults := r.logs, r.faults
	r.faults = nil
	r.mu.Unlock()
	for i := range faults {
		r.keep(r.writer.WriteFault(&faults[i]))
	}
	for _, l := range logs {
		operations := l.take()
		for i := range operations {
			if err := r.writer.Write(&operations[i]); err != nil {
				r.keep(err)
				break
			}
		}
		l.giveBack(operations)
	}
	if before := r.complete; r.settle() > before {
		r.keep(r.writer.WriteComplete(r.complete))
	}
}

// settle moves on the instant up to which the file is complete, and forgets the logs
// that ended. Those that did not end hold it back; when all have ended, whatever comes
// is called after what is there.
func (r *Recorder) settle() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	// Clients that came since the logs were taken count too: they have called already.
	earliest, latest := int64(Never), r.complete
	var open []*Log
	for _, l := range r.logs {
		since, spent := l.settled()
		latest = max(latest, since)
		if !spent {
			earliest = min(earliest, since)
			open = append(open, l)
		}
	}
	r.complete, r.logs = min(earliest, latest), open
	return r.complete
}

func (r *Recorder) keep(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// A Log takes the operations of one client, in the order in which they returned.
type Log struct {
	recorder *Recorder

	mu       sync.Mutex // between this client and the background alone
	room     sync.Cond  // gathered was taken
	gathered []Operation
	spare    []Operation // nil while the background encodes it
	since    int64       // before it, no operation was called that is not taken
	ended    bool
}

// Append records op; its Action belongs to the log from now on. It costs an append to
// memory. Only when the client is thousands of operations ahead of the disk does it
// wait, which bounds the memory and, being between two operations, changes no time
// stamp.
func (l *Log) Append(op Operation) {
	l.mu.Lock()
	for len(l.gathered) == logSize {
		l.room.Wait()
	}
	l.gathered = append(l.gathered, op)
	half := len(l.gathered) == logSize/2
	l.mu.Unlock()
	if half {
		l.recorder.nudge()
	}
}

func (r *Recorder) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// End says that the client appends no more. A log that is not ended holds back the
// instant up to which a killed run's history is known to be complete.
func (l *Log) End() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}

// settled says since when operations may have been called that were not taken, and
// whether there are and will be none.
func (l *Log) settled() (since int64, spent bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.since, l.ended && len(l.gathered) == 0
}

// take hands over what was gathered, in exchange for the spare buffer.
func (l *Log) take() []Operation {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.gathered
	l.gathered, l.spare = l.spare, nil
	l.room.Signal()
	if n := len(taken); n > 0 {
		// A client has one operation at a time: it calls none before the last came back.
		last := &taken[n-1]
		if l.since = last.Return; last.Return == Never {
			l.since = last.Call
		}
	}
	return taken
}

// giveBack makes a taken buffer the spare one, without what it refers to.
func (l *Log) giveBack(operations []Operation) {
	clear(operations)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spare = operations[:0]
}
