package property

import (
	"cmp"
	"context"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
	"github.com/assay-dev/assay/workload/history"
)

type blobHandle struct {
	store  location.Blob
	names  []string
	limits location.Capabilities
	faulty [late + 1]location.Blob // made when it is needed
}

func (h *blobHandle) declared() location.Capabilities { return h.limits }

func (h *blobHandle) through(f fate) location.Blob {
	if !f.injected() {
		return h.store
	}
	if h.faulty[f] == nil {
		h.faulty[f] = meeting(f).Blob(h.store, 0)
	}
	return h.faulty[f]
}

func (h *blobHandle) learn(request, history.Action) {}

func (h *blobHandle) prepare(r request, w written) call {
	key, wrong := r.keyOf(h.names, h.limits)
	c := call{key: key, invalid: wrong}
	switch r.op {
	case "get", probe:
		c.action = new(history.Get)
	case "set":
		c.bytes = r.size.bytes(w.unique, h.limits)
		c.action = &history.Set{Value: w.name(r.size), Size: int64(c.bytes)}
		if r.size == tooLong && wrong == nil {
			c.invalid = overlong("B1", h.limits)
		}
	case "delete":
		c.action = new(history.Delete)
	case "restore":
		c.action = new(history.Restore)
	case "list":
		return call{action: &history.List{Prefix: r.prefixOf(key)}}
	default:
		return call{action: new(history.List)}
	}
	return c
}

func (h *blobHandle) send(ctx context.Context, c call, meets fate) error {
	store := h.through(meets)
	switch a := c.action.(type) {
	case *history.Get:
		value, found, err := store.Get(ctx, c.key)
		if err == nil && found {
			a.Found, a.Size = true, int64(len(value))
			a.Value, a.Damage = body.Decode(c.key, value)
			clear(value) // it is ours
		}
		return err
	case *history.Set:
		value := c.body(a.Value)
		defer clear(value) // a store keeps no slice that it was given
		return store.Set(ctx, c.key, value)
	case *history.Delete:
		size, found, err := store.Delete(ctx, c.key)
		if err == nil {
			*a = history.Delete{Answered: true, Found: found, Size: size}
		}
		return err
	case *history.Restore:
		err := store.Restore(ctx, c.key)
		a.Refused = isRefusal(err, location.ErrRestoreRefused)
		return err
	}
	return list(ctx, store, c.action.(*history.List))
}

func list(ctx context.Context, store location.Blob, a *history.List) error {
	var entries []location.BlobMetadata
	for entry, err := range store.ListKeysAndMetadata(ctx, a.Prefix) {
		if err != nil {
			return err
		}
		entries = append(entries, entry)
	}
	// No order is promised, and the same run gives the same history.
	slices.SortFunc(entries, func(a, b location.BlobMetadata) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Size, b.Size))
	})
	a.Entries = entries
	return nil
}
