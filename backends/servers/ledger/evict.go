package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// evictPause is how long Evict waits for killed processes between two looks.
const evictPause = 10 * time.Millisecond

// Evict kills the processes that work in dir or below it, and unmounts what is mounted
// there, so that it can be removed. Elsewhere than on Linux it does nothing.
func Evict(ctx context.Context, dir string) error {
	for {
		// Again and again: one that is about to die may have started another.
		left := killIn(dir)
		if left == 0 {
			return unmountBelow(dir)
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%d processes still work in %s", left, dir), ctx.Err())
		case <-time.After(evictPause):
		}
	}
}

// Users returns what keeps dir from being removed: the processes that work in it or
// below it, and what is mounted there.
func Users(dir string) (pids []int, mounts []string, err error) {
	mounts, err = mountsBelow(dir)
	return workingIn(dir), mounts, err
}
