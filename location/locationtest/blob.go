package locationtest

import (
	"context"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
)

type blobCheck = check[*blobProbe]

func blobSuite(open OpenBlob) suite[*blobProbe] {
	checks := join(
		getChecks(), setChecks(), deleteChecks(), listChecks(), restoreChecks(),
		placeChecks(), blobErrorChecks(), blobCallerChecks(),
	)
	return suite[*blobProbe]{checks, func(t testing.TB, base *probe) *blobProbe {
		p := &blobProbe{probe: base}
		p.open = func(other string) location.Blob {
			return blobLayer{newLayer(base, func() location.Blob { return open(t, base.place+other) })}
		}
		p.Blob = p.open("")
		return p
	}}
}

// A blobProbe calls the Blob under test and states what has to come back.
type blobProbe struct {
	*probe
	location.Blob
	// open opens another handle, on this check's place ("") or on one beside it.
	open func(other string) location.Blob
}

// on returns a probe of another handle.
func (p *blobProbe) on(handle location.Blob) *blobProbe { return &blobProbe{p.probe, handle, p.open} }

func (p *blobProbe) set(key, value string) { p.write(key, []byte(value)) }

func (p *blobProbe) write(key string, value []byte) {
	p.ok(p.answered(func() error { return p.Set(p.ctx, key, value) }), "set %q to %s", key, show(value))
}

func (p *blobProbe) read(key string) (value []byte, found bool) {
	p.ok(p.answered(func() (err error) {
		value, found, err = p.Get(p.ctx, key)
		return err
	}), "get %q", key)
	return value, found
}

func (p *blobProbe) want(key, want string) {
	value, found := p.read(key)
	if !found || string(value) != want {
		p.failf("get %q: got %s (found: %t), want %s", key, show(value), found, show([]byte(want)))
	}
}

func (p *blobProbe) wantNone(key string) {
	if value, found := p.read(key); found {
		p.failf("get %q: got %s, want none", key, show(value))
	}
}

// remove deletes key, whatever the answer.
func (p *blobProbe) remove(key string) (size int64, found bool) {
	p.ok(p.answered(func() (err error) {
		size, found, err = p.Delete(p.ctx, key)
		return err
	}), "delete %q", key)
	return size, found
}

func (p *blobProbe) wantRemoved(key string, want int64) {
	if size, found := p.remove(key); !found || size != want {
		p.failf("delete %q: got %d bytes (found: %t), want %d", key, size, found, want)
	}
}

func (p *blobProbe) wantNothingRemoved(key string) {
	if size, found := p.remove(key); found {
		p.failf("delete %q: got %d bytes, want none", key, size)
	}
}

func (p *blobProbe) restore(key string) { p.ok(p.Restore(p.ctx, key), "restore %q", key) }

func (p *blobProbe) wantNotRestored(key string) {
	p.refused(p.Restore(p.ctx, key), "restore %q, for which there is nothing", key)
	p.wantNone(key)
}

// wantRestored demands that the deleted value comes back, or a refusal from a
// store that has declared that none does.
func (p *blobProbe) wantRestored(key, want string) {
	if p.caps.NoRestore {
		p.wantNotRestored(key)
		return
	}
	p.restore(key)
	p.want(key, want)
}

// listed returns a complete listing. A key that is reported twice fails.
func (p *blobProbe) listed(prefix string) (sizes map[string]int64) {
	p.ok(p.answered(func() error {
		sizes = map[string]int64{}
		for entry, err := range p.ListKeysAndMetadata(p.ctx, prefix) {
			if err != nil {
				return err
			}
			if _, twice := sizes[entry.Key]; twice {
				p.failf("list %q: %q is reported twice", prefix, entry.Key)
			}
			sizes[entry.Key] = entry.Size
		}
		return nil
	}), "list %q", prefix)
	return sizes
}

// wantListed demands that the listing of prefix holds exactly these keys with
// these sizes.
func (p *blobProbe) wantListed(prefix string, want map[string]int64) {
	sizes := p.listed(prefix)
	for key, size := range want {
		got, found := sizes[key]
		if !found || got != size {
			p.failf("list %q: %q has %d bytes (listed: %t), want %d", prefix, key, got, found, size)
		}
		delete(sizes, key)
	}
	for key := range sizes {
		p.failf("list %q: %q is in it, but does not belong there", prefix, key)
	}
}

// wantKeys demands that the place holds exactly these keys.
func (p *blobProbe) wantKeys(want ...string) {
	sizes := p.listed("")
	for _, key := range want {
		if _, found := sizes[key]; !found {
			p.failf("list: %q is missing", key)
		}
		delete(sizes, key)
	}
	for key := range sizes {
		p.failf("list: %q is in it, but was never set or is deleted", key)
	}
}

// everyCall calls each operation once and returns its errors by name. All but the
// listing concern key.
func (p *blobProbe) everyCall(ctx context.Context, key string) map[string]error {
	errs := map[string]error{}
	_, _, errs["get"] = p.Get(ctx, key)
	errs["set"] = p.Set(ctx, key, []byte("by every call"))
	_, _, errs["delete"] = p.Delete(ctx, key)
	errs["restore"] = p.Restore(ctx, key)
	errs[listCall] = nil
	for _, err := range p.ListKeysAndMetadata(ctx, "") {
		errs[listCall] = err
	}
	return errs
}

func letters(letter byte, n int) string { return strings.Repeat(string(letter), n) }

func sizesOf(keys []string, size func(i int) int64) map[string]int64 {
	sizes := map[string]int64{}
	for i, key := range keys {
		sizes[key] = size(i)
	}
	return sizes
}

func under(prefix string, sizes map[string]int64) map[string]int64 {
	some := map[string]int64{}
	for key, size := range sizes {
		if strings.HasPrefix(key, prefix) {
			some[key] = size
		}
	}
	return some
}
