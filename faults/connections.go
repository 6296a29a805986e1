package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/assay-dev/assay/backends/local"
)

// defaultCutInterval is the mean time between two cuts of all connections.
const defaultCutInterval = 200 * time.Millisecond

// connectionsKind cuts off all clients at once, in the middle of what they are doing:
// the server ends its side of each connection.
func connectionsKind() Kind {
	const name = "cut-connections"
	return Kind{
		Name:  name,
		Needs: "--consensus local:postgres and no other store",
		Fits:  local.CanCut,
		Flag: func(value string) ([]Fault, error) {
			f := Fault{Kind: name, When: When{Every: defaultCutInterval}}
			if value == "" {
				return []Fault{f}, nil
			}
			every, err := time.ParseDuration(value)
			if err != nil || every < time.Millisecond {
				return nil, fmt.Errorf("the interval %q is not a length of time from 1ms on", value)
			}
			f.When.Every = every
			return []Fault{f}, nil
		},
		Check: func(f Fault) error {
			if f.When.atOnce() || f.For > 0 {
				return fmt.Errorf("%s is over at once: say when, and not for how long", name)
			}
			return nobodyInParticular(f)
		},
		Alone: true, // a server that is down has no connections to cut
		New: func(t *Target, _ Fault) (Injector, error) {
			return connections{t.Server}, nil
		},
	}
}

type connections struct{ server *local.Server }

func (c connections) Inject(ctx context.Context, _ *rand.Rand) (string, error) {
	count, err := c.server.CutConnections(ctx)
	if count == 0 {
		return "", err
	}
	return fmt.Sprintf("%d connections cut", count), err
}

func (connections) Heal(context.Context) (string, error) { return "", nil }
