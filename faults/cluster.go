package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/assay-dev/assay/backends/local"
)

const (
	// failoverAfter is when a failover happens when nothing is said.
	failoverAfter = 2 * time.Second
	// wakes is the setting of a failover from a primary that was only away for a while.
	wakes = "pause"
)

// failoverKind puts the replica in the place of the primary, which is killed and stays
// dead. With the setting pause it is only paused when the replica takes over, and
// wakes up later, without anybody telling it: it still takes reads and writes.
func failoverKind() Kind {
	const name = "failover"
	return Kind{
		Name:     name,
		Settings: []string{wakes},
		Needs:    "--consensus 'local:postgres?replica=async' or sync, without read=replica, and no other store",
		Fits:     local.HasCluster,
		Flag: func(value string) ([]Fault, error) {
			f := Fault{Kind: name, When: When{After: failoverAfter}}
			switch value {
			case "":
			case wakes:
				f.Settings = []string{wakes}
			default:
				return nil, fmt.Errorf("%q is not %s", value, wakes)
			}
			return []Fault{f}, nil
		},
		Check: func(f Fault) error {
			if f.When.Every > 0 {
				return errors.New("there is one replica: a failover happens once")
			}
			return nobodyInParticular(f)
		},
		Lasts: func(t *Target) time.Duration { return t.Timeout * 3 / 2 },
		Alone: true,
		New: func(t *Target, f Fault) (Injector, error) {
			_, wakesUp := f.Setting(wakes)
			return &failover{cluster: t.Server.Cluster(), wakesUp: wakesUp}, nil
		},
	}
}

type failover struct {
	cluster *local.Cluster
	wakesUp bool
	paused  bool
}

func (f *failover) Inject(ctx context.Context, _ *rand.Rand) (string, error) {
	away := killed
	if f.wakesUp {
		f.paused, away = true, paused
	}
	effect, err := away(ctx, f.cluster.Primary)
	if err != nil || effect == "" {
		return "", err
	}
	if err := f.cluster.Promote(ctx); err != nil {
		return "", err
	}
	return effect + "; replica promoted, takes writes", nil
}

func (f *failover) Heal(ctx context.Context) (string, error) {
	if !f.paused {
		return "", nil
	}
	primary := f.cluster.Primary
	if err := primary.Resume(ctx); err != nil {
		return "", err
	}
	if err := primary.WaitReady(ctx); err != nil {
		return "", err
	}
	f.paused = false
	return "the old primary is back and answers", nil
}
