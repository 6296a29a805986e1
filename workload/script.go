package workload

import "github.com/assay-dev/assay/workload/history"

// A script is a fixed list of calls, for the quiet phase.
type script struct{ calls []call }

func (s *script) next() (call, bool) {
	if len(s.calls) == 0 {
		return call{}, false
	}
	first := s.calls[0]
	s.calls = s.calls[1:]
	return first, true
}

func (s *script) learn(history.Action) {}
func (s *script) abandon()             {}
func (s *script) written() []string    { return nil }
