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
	switch r.op {
	case "head", probe:
		return call{key, &history.Head{}, wrong, func(ctx context.Context, f fate, a history.Action) error {
			return h.head(ctx, f, key, a.(*history.Head))
		}}
	case "compare_and_set":
		return h.compareAndSet(r, key, wrong, k, w)
	case "scan":
		if r.limit < 0 && wrong == nil {
			wrong = &invalid{"C7", fmt.Sprintf("the limit %d", r.limit)}
		}
		action := &history.Scan{From: k.bound(r), Limit: r.limit}
		return call{key, action, wrong, func(ctx context.Context, f fate, a history.Action) error {
			return h.scan(ctx, f, key, a.(*history.Scan))
		}}
	case "truncate":
		return call{key, &history.Truncate{UpTo: k.bound(r)}, wrong, func(ctx context.Context, f fate, a history.Action) error {
			return h.truncate(ctx, f, key, a.(*history.Truncate))
		}}
	}
	return call{"", &history.ListKeys{}, nil, func(ctx context.Context, f fate, a history.Action) error {
		return h.listKeys(ctx, f, a.(*history.ListKeys))
	}}
}

func (h *consensusHandle) head(ctx context.Context, f fate, key string, a *history.Head) error {
	head, found, err := h.through(f).Head(ctx, key)
	if err == nil && found {
		a.Found, a.Version = true, named(key, head)
	}
	return err
}

func (h *consensusHandle) compareAndSet(r request, key string, wrong *invalid, k *consensusKnown, w written) call {
	action := new(history.CompareAndSet)
	k.settle(r, action)
	size := r.size.bytes(w.unique, h.limits)
	action.New.Value = w.name
	if size == 0 {
		action.New.Value = body.EmptyName
	}
	k.tried, k.attempt = true, action.New.SeqNo
	if wrong == nil {
		wrong = h.wrong(action, r.size)
	}
	return call{key, action, wrong, func(ctx context.Context, f fate, a history.Action) error {
		data := body.Append(nil, key, w.name, size)
		defer clear(data) // a store keeps no slice that it was given
		var expected *location.SeqNo
		if action.HasExpected {
			expected = new(action.Expected)
		}
		result, err := h.through(f).CompareAndSet(ctx, key, expected, location.VersionedData{SeqNo: action.New.SeqNo, Data: data})
		a.(*history.CompareAndSet).Committed = err == nil && result == location.Committed
		return err
	}}
}

// wrong says why a compare-and-set has to be refused whatever is stored.
func (h *consensusHandle) wrong(a *history.CompareAndSet, s size) *invalid {
	switch {
	case a.HasExpected && a.New.SeqNo <= a.Expected:
		return &invalid{"C3", fmt.Sprintf("the new number %v, not above the expected %v,", a.New.SeqNo, a.Expected)}
	case !a.New.SeqNo.Legal():
		return &invalid{"C4", fmt.Sprintf("the new number %v, above %v,", a.New.SeqNo, location.MaxSeqNo)}
	case s == tooLong:
		return &invalid{"C10", fmt.Sprintf("a value of %d bytes, one more than the store declares to take,", h.limits.MaxValueBytes+1)}
	}
	return nil
}

func (h *consensusHandle) scan(ctx context.Context, f fate, key string, a *history.Scan) error {
	versions, err := h.through(f).Scan(ctx, key, a.From, a.Limit)
	if err != nil {
		return err
	}
	for _, v := range versions {
		a.Versions = append(a.Versions, named(key, v))
	}
	return nil
}

func (h *consensusHandle) truncate(ctx context.Context, f fate, key string, a *history.Truncate) error {
	deleted, err := h.through(f).Truncate(ctx, key, a.UpTo)
	a.Refused = isRefusal(err, location.ErrTruncationRefused)
	if err == nil {
		a.Deleted = deleted
	}
	return err
}

func (h *consensusHandle) listKeys(ctx context.Context, f fate, a *history.ListKeys) error {
	var keys []string
	for key, err := range h.through(f).ListKeys(ctx) {
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

// isRefusal reports whether err is that refusal, and says so as a refusal has to.
func isRefusal(err, refusal error) bool {
	return errors.Is(err, refusal) && location.Classify(err) == location.Determinate
}
