package workload

import (
	"context"
	"errors"
	"strings"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
	"github.com/assay-dev/assay/workload/history"
)

// A consensusReader reads keys in the quiet phase.
type consensusReader struct {
	consensusCaller
	script
}

// A consensusCaller makes the calls that actions describe.
type consensusCaller struct {
	store  location.Consensus
	prefix string // of every key of the run
}

func (c *consensusCaller) send(ctx context.Context, call call, back func() bool) error {
	key := call.key
	switch a := call.action.(type) {
	case *history.Head:
		head, found, err := c.store.Head(ctx, key)
		if back() && err == nil && found {
			a.Found, a.Version = true, version(key, head)
		}
		return err
	case *history.CompareAndSet:
		return c.compareAndSet(ctx, call, a, back)
	case *history.Scan:
		versions, err := c.store.Scan(ctx, key, a.From, a.Limit)
		if back() && err == nil {
			for _, v := range versions {
				a.Versions = append(a.Versions, version(key, v))
			}
		}
		return err
	case *history.Truncate:
		deleted, err := c.store.Truncate(ctx, key, a.UpTo)
		if !back() {
			return err
		}
		a.Refused = refusedWith(err, location.ErrTruncationRefused)
		if err == nil {
			a.Deleted = deleted
		}
		return err
	default:
		return c.listKeys(ctx, a.(*history.ListKeys), back)
	}
}

func (c *consensusCaller) compareAndSet(ctx context.Context, call call, a *history.CompareAndSet, back func() bool) error {
	var expected *location.SeqNo
	if a.HasExpected {
		expected = new(a.Expected)
	}
	result, err := c.store.CompareAndSet(ctx, call.key, expected, location.VersionedData{SeqNo: a.New.SeqNo, Data: call.value})
	if back() && err == nil {
		a.Committed = result == location.Committed
	}
	return err
}

func (c *consensusCaller) listKeys(ctx context.Context, a *history.ListKeys, back func() bool) error {
	var keys []string
	var failure error
	for key, err := range c.store.ListKeys(ctx) {
		if err != nil {
			failure = err
			break
		}
		if strings.HasPrefix(key, c.prefix) {
			keys = append(keys, key)
		}
	}
	if back() && failure == nil {
		a.Keys = keys
	}
	return failure
}

// version is what a version that was read is called in the history.
func version(key string, v location.VersionedData) history.Version {
	name, damage := body.Decode(key, v.Data)
	spoil(v.Data)
	if damage != "" {
		name = "damaged, " + damage
	}
	return history.Version{SeqNo: v.SeqNo, Value: name}
}

// refusedWith reports whether err is that refusal, and says so as a refusal has to.
func refusedWith(err, refusal error) bool {
	return errors.Is(err, refusal) && location.Classify(err) == location.Determinate
}
