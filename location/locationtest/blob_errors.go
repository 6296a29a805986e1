package locationtest

import (
	"context"
	"strconv"

	"github.com/assay-dev/assay/location"
)

func blobErrorChecks() []blobCheck {
	return []blobCheck{
		{"E1", "every error is of exactly one class", func(p *blobProbe) {
			// The layer under the probe looks at each of these errors.
			p.everyCall(p.cancelled(), "k")
			p.everyCall(p.ctx, "")
			p.Restore(p.ctx, "k")
		}},
		{"E1", "a write that is cancelled in its midst had no effect when its error is determinate", func(p *blobProbe) {
			p.interrupted(truthful)
		}},
		{"B2", "a write that is cancelled in its midst leaves the old value or the new one, never a mixture", func(p *blobProbe) {
			p.interrupted(whole)
		}},
		{"E2", "an already cancelled context fails every operation and has no effect", func(p *blobProbe) {
			p.set("k", "abc")
			p.set("gone", "abc")
			p.remove("gone")
			for call, err := range p.everyCall(p.cancelled(), "k") {
				p.refused(err, "%s with a cancelled context", call)
			}
			p.refused(p.Set(p.cancelled(), "new", nil), "a set with a cancelled context")
			p.refused(p.Restore(p.cancelled(), "gone"), "a restore with a cancelled context")
			p.want("k", "abc")
			p.wantKeys("k")
		}},
		{"E4", "a call whose deadline has passed is a timeout by its type", func(p *blobProbe) {
			p.set("k", "abc")
			ctx, cancel := p.expired()
			defer cancel()
			for call, err := range p.everyCall(ctx, "k") {
				p.timedOut(err, call)
			}
		}},
		{"E6", "a restore that brings nothing back is a refused restore", func(p *blobProbe) {
			p.answeredBy(p.Restore(p.ctx, "never"), location.ErrRestoreRefused, "restore of a key that never existed")
			if p.caps.NoRestore {
				p.set("k", "abc")
				p.remove("k")
				p.answeredBy(p.Restore(p.ctx, "k"), location.ErrRestoreRefused, "restore by a store that declares that nothing comes back")
			}
		}},
		{"E6", "an illegal key is an invalid argument of every operation", func(p *blobProbe) {
			for _, key := range illegalKeys(p.maxKey()) {
				for call, err := range p.everyCall(p.ctx, key) {
					if call != listCall {
						p.answeredBy(err, location.ErrInvalidArgument, "%s with the key %.20q of %d bytes (by the Capabilities, %d are allowed)", call, key, len(key), p.maxKey())
					}
				}
			}
			p.wantKeys()
		}},
	}
}

// interrupted cancels sets and deletes in their midst.
func (p *blobProbe) interrupted(judge judge) {
	size := min(256<<10, p.maxValue())
	before, after := letters('o', size), letters('n', size)
	set := func(i int) string { return "set" + strconv.Itoa(i) }
	p.interrupt(victim{
		call:    "a set",
		prepare: func(i int) { p.set(set(i), before) },
		write:   func(ctx context.Context, i int) error { return p.Set(ctx, set(i), []byte(after)) },
		look: func(i int) (bool, bool) {
			value, _ := p.read(set(i))
			return string(value) == before, string(value) == after
		},
	}, judge)
	del := func(i int) string { return "delete" + strconv.Itoa(i) }
	p.interrupt(victim{
		call:    "a delete",
		prepare: func(i int) { p.set(del(i), before) },
		write: func(ctx context.Context, i int) error {
			_, _, err := p.Delete(ctx, del(i))
			return err
		},
		look: func(i int) (bool, bool) {
			value, found := p.read(del(i))
			return found && string(value) == before, !found
		},
	}, judge)
}

func blobCallerChecks() []blobCheck {
	return []blobCheck{
		{"I1", "behind Tasked a caller that gives up gets an indeterminate error at once, and the call goes on", func(p *blobProbe) {
			g := newGate()
			tasked := location.TaskedBlob(gatedBlob{p.Blob, g})
			value := []byte("abc")
			p.giveUp(g, "a set", func(ctx context.Context) error {
				err := tasked.Set(ctx, "k", value)
				clear(value)
				return err
			})
			p.want("k", "abc")
		}},
		{"I1", "behind Tasked every operation answers as it does without", func(p *blobProbe) {
			tasked := p.on(location.TaskedBlob(p.Blob))
			tasked.set("k", "abc")
			tasked.want("k", "abc")
			tasked.restore("k")
			tasked.wantListed("", map[string]int64{"k": 3})
			tasked.wantRemoved("k", 3)
			tasked.wantNothingRemoved("k")
			tasked.wantNone("k")
			tasked.wantNotRestored("never")
		}},
		{"I1", "a caller that gave up leaves the handle usable", func(p *blobProbe) {
			p.set("k", "abc")
			for range 20 {
				p.everyCall(p.cancelled(), "k")
			}
			_, found := p.read("k")
			if !found {
				p.set("k", "again")
			}
			p.set("k", "new")
			p.want("k", "new")
		}},
	}
}
