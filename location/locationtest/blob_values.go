package locationtest

import (
	"strconv"

	"github.com/assay-dev/assay/location"
)

func getChecks() []blobCheck {
	return []blobCheck{
		{"T6", "the liveness key can be probed and holds nothing", func(p *blobProbe) {
			p.wantNone(location.LivenessKey)
		}},
		{"B1", "a key that was never set has no value", func(p *blobProbe) {
			p.wantNone("k")
			p.set("k/a", "x")
			p.wantNone("k")
			p.wantNone("k/")
		}},
		{"B1", "empty bytes are a value", func(p *blobProbe) {
			p.set("k", "")
			p.want("k", "")
			p.write("nil", nil)
			p.want("nil", "")
		}},
		{"B1", "values of 0, 1, 10 KiB, 8 MiB and 64 MiB + 1 bytes come back exactly", func(p *blobProbe) {
			for _, size := range []int64{0, 1, 10 << 10, 8 << 20, 64<<20 + 1} {
				if size <= p.largest && (p.caps.MaxValueBytes == 0 || size <= p.caps.MaxValueBytes) {
					p.roundTrip("k", int(size))
				}
			}
		}},
		{"B1", "the declared longest value comes back and a longer one is refused", func(p *blobProbe) {
			limit := p.caps.MaxValueBytes
			if limit == 0 || limit > p.largest {
				return
			}
			p.roundTrip("k", int(limit))
			p.answeredBy(p.Set(p.ctx, "k", pattern(int(limit)+1)), location.ErrInvalidArgument, "set of %d bytes", limit+1)
			p.want("k", string(pattern(int(limit))))
		}},
		{"B1", "changing a slice that was returned changes nothing stored", func(p *blobProbe) {
			p.set("k", "abc")
			value, _ := p.read("k")
			clear(value)
			p.want("k", "abc")
		}},
	}
}

func (p *blobProbe) roundTrip(key string, size int) {
	value := pattern(size)
	p.write(key, value)
	p.want(key, string(value))
	p.wantListed(key, map[string]int64{key: int64(size)})
	p.wantRemoved(key, int64(size))
}

func setChecks() []blobCheck {
	return []blobCheck{
		{"B2", "a set replaces the whole value", func(p *blobProbe) {
			for _, value := range []string{"abc", "abcdef", "z", "", "abc", letters('a', 100_000), "b"} {
				p.set("k", value)
				p.want("k", value)
			}
		}},
		{"B2", "changing a slice after a set changes nothing stored", func(p *blobProbe) {
			value := []byte("abc")
			p.write("k", value)
			clear(value)
			p.want("k", "abc")
		}},
		{"B2", "bodies of 1 MiB overwritten concurrently are read whole", func(p *blobProbe) { p.overwrites("k") }},
	}
}

// overwrites has writers replace one value by single-letter bodies of different
// lengths while readers look: each reads one body whole.
func (p *blobProbe) overwrites(key string) {
	const writers, readers, rounds = 3, 3, 4
	length := func(letter byte) int { return min(1<<20, p.maxValue()-2048) + 512*int(letter-'a') }
	p.set(key, letters('a', length('a')))
	p.together(writers+readers, func(i int) {
		for range rounds {
			if i < writers {
				letter := byte('a' + i)
				p.set(key, letters(letter, length(letter)))
				continue
			}
			value, found := p.read(key)
			if !found || len(value) == 0 {
				p.failf("get %q during overwrites: got %d bytes (found: %t)", key, len(value), found)
			}
			if !uniform(value) || len(value) != length(value[0]) {
				p.failf("get %q during overwrites: got %s, a mixture or a part of what was set", key, show(value))
			}
		}
	})
}

func deleteChecks() []blobCheck {
	return []blobCheck{
		{"B3", "a delete returns the size of the value that it removed", func(p *blobProbe) {
			p.set("k", "abc")
			p.set("k", "abcde")
			p.wantRemoved("k", 5)
			p.wantNone("k")
		}},
		{"B3", "the size of an empty value is 0, which is not none", func(p *blobProbe) {
			p.set("k", "")
			p.wantRemoved("k", 0)
			p.wantNone("k")
		}},
		{"B3", "deleting what is not there succeeds, also twice", func(p *blobProbe) {
			p.wantNothingRemoved("never")
			p.set("k", "abc")
			p.wantRemoved("k", 3)
			p.wantNothingRemoved("k")
			p.wantNothingRemoved("k")
		}},
		{"B3", "a deleted key can be set again", func(p *blobProbe) {
			for _, value := range []string{"abc", "", "defg"} {
				p.set("k", value)
				p.want("k", value)
				p.wantRemoved("k", int64(len(value)))
			}
			p.wantNone("k")
		}},
		{"B3", "a delete leaves the keys beside it alone", func(p *blobProbe) {
			for _, key := range []string{"k", "k/a", "k/", "ka"} {
				p.set(key, key)
			}
			p.wantRemoved("k", 1)
			for _, key := range []string{"k/a", "k/", "ka"} {
				p.want(key, key)
			}
		}},
		{"B3", "of ten deletes released together exactly one removes the value", func(p *blobProbe) {
			for round := range 5 {
				p.deleters("k" + strconv.Itoa(round))
			}
		}},
	}
}

func (p *blobProbe) deleters(key string) {
	const deleters = 10
	p.set(key, "abc")
	var removed [deleters]bool
	p.together(deleters, func(i int) {
		size, found := p.remove(key)
		removed[i] = found
		if found && size != 3 {
			p.failf("delete %q: got %d bytes, want 3", key, size)
		}
	})
	n := 0
	for _, r := range removed {
		if r {
			n++
		}
	}
	if n == 0 || n > 1 && !p.caps.InexactDelete {
		p.failf("%d of %d deletes of %q say that they removed the one value", n, deleters, key)
	}
	p.wantNone(key)
}

// maxValue is the longest value in bytes that the check may use.
func (p *blobProbe) maxValue() int {
	if p.caps.MaxValueBytes > 0 {
		return int(min(p.caps.MaxValueBytes, 64<<20))
	}
	return 64 << 20
}
