package property

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
	"github.com/assay-dev/assay/workload/history"
)

type consensusHandle struct {
	store  location.Consensus
	names  []string
	limits location.Capabilities
	faulty [late + 1]location.Consensus // made when it is needed
	known  []consensusKnown             // by key
}

func (h *consensusHandle) declared() location.Capabilities { return h.limits }

// consensusKnown is what a client knows of one key.
type consensusKnown struct {
	found   bool
	seen    location.SeqNo
	tried   bool
	attempt location.SeqNo // of the last compare-and-set, whatever became of it
}

func (h *consensusHandle) through(f fate) location.Consensus {
	if !f.injected() {
		return h.store
	}
	if h.faulty[f] == nil {
		h.faulty[f] = meeting(f).Consensus(h.store, 0)
	}
	return h.faulty[f]
}

func (h *consensusHandle) prepare(r request, w written) call {
	k := &h.known[r.key]
	key, wrong := r.keyOf(h.names, h.limits)
	c := call{key: key, invalid: wrong}
	switch r.op {
	case "head", probe:
		c.action = new(history.Head)
	case "compare_and_set":
		action := h.compareAndSet(r, k, w)
		c.action, c.bytes = action, r.size.bytes(w.unique, h.limits)
		if wrong == nil {
			c.invalid = h.wrong(action, r.size)
		}
	case "scan":
		c.action = &history.Scan{From: k.bound(r), Limit: r.limit}
		if r.limit < 0 && wrong == nil {
			c.invalid = &invalid{"C7", func() string { return fmt.Sprintf("the limit %d", r.limit) }}
		}
	case "truncate":
		c.action = &history.Truncate{UpTo: k.bound(r)}
	default:
		return call{action: new(history.ListKeys)}
	}
	return c
}

// compareAndSet settles the arguments of a compare-and-set.
func (h *consensusHandle) compareAndSet(r request, k *consensusKnown, w written) *history.CompareAndSet {
	action := new(history.CompareAndSet)
	k.settle(r, action)
	action.New.Value = w.name(r.size)
	k.tried, k.attempt = true, action.New.SeqNo
	return action
}

func (h *consensusHandle) send(ctx context.Context, c call, meets fate) error {
	store := h.through(meets)
	switch a := c.action.(type) {
	case *history.Head:
		head, found, err := store.Head(ctx, c.key)
		if err == nil && found {
			a.Found, a.Version = true, named(c.key, head)
		}
		return err
	case *history.CompareAndSet:
		return compareAndSet(ctx, store, c, a)
	case *history.Scan:
		versions, err := store.Scan(ctx, c.key, a.From, a.Limit)
		if err == nil {
			a.Versions = allNamed(c.key, versions)
		}
		return err
	case *history.Truncate:
		deleted, err := store.Truncate(ctx, c.key, a.UpTo)
		a.Refused = isRefusal(err, location.ErrTruncationRefused)
		if err == nil {
			a.Deleted = deleted
		}
		return err
	}
	return listKeys(ctx, store, c.action.(*history.ListKeys))
}

func compareAndSet(ctx context.Context, store location.Consensus, c call, a *history.CompareAndSet) error {
	data := c.body(a.New.Value)
	defer clear(data) // a store keeps no slice that it was given
	var expected *location.SeqNo
	if a.HasExpected {
		expected = new(a.Expected)
	}
	result, err := store.CompareAndSet(ctx, c.key, expected, location.VersionedData{SeqNo: a.New.SeqNo, Data: data})
	a.Committed = err == nil && result == location.Committed
	return err
}

// wrong says why a compare-and-set has to be refused whatever is stored.
func (h *consensusHandle) wrong(a *history.CompareAndSet, s size) *invalid {
	switch {
	case a.HasExpected && a.New.SeqNo <= a.Expected:
		return &invalid{"C3", func() string {
			return fmt.Sprintf("the new number %v, not above the expected %v,", a.New.SeqNo, a.Expected)
		}}
	case !a.New.SeqNo.Legal():
		return &invalid{"C4", func() string { return fmt.Sprintf("the new number %v, above %v,", a.New.SeqNo, location.MaxSeqNo) }}
	case s == tooLong:
		return overlong("C10", h.limits)
	}
	return nil
}

func listKeys(ctx context.Context, store location.Consensus, a *history.ListKeys) error {
	var keys []string
	for key, err := range store.ListKeys(ctx) {
		if err != nil {
			return err
		}
		keys = append(keys, key)
	}
	slices.Sort(keys) // no order is promised, and the same run gives the same history
	a.Keys = keys
	return nil
}

func (h *consensusHandle) learn(r request, action history.Action) {
	if r.op == probe {
		return
	}
	k := &h.known[r.key]
	switch a := action.(type) {
	case *history.Head:
		k.found, k.seen = a.Found, a.Version.SeqNo
	case *history.CompareAndSet:
		if a.Committed {
			k.found, k.seen = true, a.New.SeqNo
		}
	case *history.Scan:
		if n := len(a.Versions); n > 0 && int64(n) < a.Limit {
			k.found, k.seen = true, a.Versions[n-1].SeqNo
		}
	}
}

// settle sets the arguments of a.
func (k *consensusKnown) settle(r request, a *history.CompareAndSet) {
	a.HasExpected, a.Expected, a.New.SeqNo = k.found, k.seen, k.seen+r.by
	switch r.expect {
	case expectNone:
		a.HasExpected = false
	case expectAttempt:
		if k.tried {
			a.HasExpected, a.Expected, a.New.SeqNo = true, k.attempt, k.attempt+r.by
		}
	case expectBelow:
		a.HasExpected, a.Expected = true, k.seen-min(k.seen, r.by)
	case expectAbove:
		a.HasExpected, a.Expected, a.New.SeqNo = true, k.seen+r.by, k.seen+2*r.by
	case expectLeap:
		a.New.SeqNo = location.MaxSeqNo + 1 - r.by
	case expectBackward:
		a.HasExpected, a.New.SeqNo = true, k.seen-min(k.seen, r.by-1)
	case expectBeyond:
		a.New.SeqNo = location.MaxSeqNo + r.by
	}
	if !a.HasExpected {
		a.Expected = 0
		if r.expect != expectBeyond && r.expect != expectLeap {
			a.New.SeqNo = r.by - 1 // 0 is legal (C4)
		}
	}
}

func (k *consensusKnown) bound(r request) location.SeqNo {
	switch r.from {
	case boundZero:
		return 0
	case boundBelow:
		return k.seen - min(k.seen, r.by)
	case boundAbove:
		return k.seen + r.by
	}
	return k.seen
}

// named is what a version that was read is called in the history.
func named(key string, v location.VersionedData) history.Version {
	name, damage := body.Decode(key, v.Data)
	clear(v.Data) // it is ours
	if damage != "" {
		name = "damaged, " + damage
	}
	return history.Version{SeqNo: v.SeqNo, Value: name}
}

func allNamed(key string, versions []location.VersionedData) []history.Version {
	if len(versions) == 0 {
		return nil
	}
	all := make([]history.Version, len(versions))
	for i, v := range versions {
		all[i] = named(key, v)
	}
	return all
}

// isRefusal reports whether err is that refusal, and says so as a refusal has to.
func isRefusal(err, refusal error) bool {
	return errors.Is(err, refusal) && location.Classify(err) == location.Determinate
}
