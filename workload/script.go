package workload

import "github.com/assay-dev/assay/workload/history"

// keyed is an action on a key.
type keyed struct {
	key    string
	action history.Action
}

// A script is a fixed list of requests, for the quiet phase.
type script struct{ actions []keyed }

func (s *script) next() (string, history.Action, bool) {
	if len(s.actions) == 0 {
		return "", nil, false
	}
	first := s.actions[0]
	s.actions = s.actions[1:]
	return first.key, first.action, true
}

func (s *script) learn(history.Action) {}
func (s *script) written() []string    { return nil }
