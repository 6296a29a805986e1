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

// failoverKind puts the replica in the place of the primary, which is killed, stays dead
// for a while and comes back as the new replica. With the setting pause it is only
// paused when the replica takes over, and wakes up later without anybody telling it: it
// still takes reads and writes.
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
			if _, wakesUp := f.Setting(wakes); wakesUp && f.When.Every > 0 {
				return errors.New("an old primary that wakes up is no replica for another failover: it happens once")
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
	old     *local.Node // the primary that went away; nil when nothing is broken
	done    bool        // the replica is in its place
}

func (f *failover) Inject(ctx context.Context, _ *rand.Rand) (string, error) {
	f.old, f.done = f.cluster.Primary(), false
	away := killed
	if f.wakesUp {
		away = paused
	}
	effect, err := away(ctx, f.old)
	if err != nil || effect == "" {
		return "", err
	}
	if err := f.cluster.Promote(ctx); err != nil {
		return "", err
	}
	f.done = true
	return effect + "; the other one promoted, takes writes", nil
}

func (f *failover) Heal(ctx context.Context) (effect string, err error) {
	switch {
	case f.old == nil:
	case f.done && !f.wakesUp:
		err = f.cluster.Rejoin(ctx)
	default:
		err = errors.Join(f.old.Start(ctx), f.old.Resume(ctx), f.old.WaitReady(ctx))
	}
	if err != nil {
		return "", err
	}
	if f.done && f.wakesUp {
		effect = "the old primary is back and answers"
	}
	f.old, f.done = nil, false
	return effect, nil
}
