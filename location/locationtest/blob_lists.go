package locationtest

import "strconv"

func listChecks() []blobCheck {
	return []blobCheck{
		{"B4", "an empty place lists nothing", func(p *blobProbe) {
			p.wantListed("", nil)
			p.wantListed("k", nil)
		}},
		{"B4", "a listing tells each key that starts with the prefix, and its size", func(p *blobProbe) {
			all := map[string]int64{
				"k": 1, "k0": 2, "k0a": 3, "foo": 0, "foo/": 4, "foo/bar/k0": 5, "foo/bar/k1": 6, "foo/baz": 7,
				"foobar": 8, "a%b": 9, "a_b": 10, "axb": 11, "F": 12, "é": 13,
			}
			for key, size := range all {
				p.set(key, letters('x', int(size)))
			}
			for _, prefix := range []string{
				"", "k", "k0", "k0a", "k0ab", "f", "foo", "foo/", "foo/ba", "foo/bar", "foo/bar/", "foo/bar/k1",
				"a%", "a_", "F", "e", "é", "/", "foo//", "..", "none",
			} {
				p.wantListed(prefix, under(prefix, all))
			}
		}},
		{"B4", "a listing tells the current size, and no deleted key", func(p *blobProbe) {
			p.set("a", "1")
			p.set("b", "22")
			p.set("a", "333")
			p.remove("b")
			p.wantListed("", map[string]int64{"a": 3})
			p.set("b", "")
			p.wantListed("", map[string]int64{"a": 3, "b": 0})
		}},
		{"B4", "a listing can be left early", func(p *blobProbe) {
			p.set("a", "1")
			p.set("b", "2")
			for range p.ListKeysAndMetadata(p.ctx, "") {
				break
			}
			p.set("c", "3")
			p.wantKeys("a", "b", "c")
		}},
		{"B4", "more than 1,000 keys are listed completely while others come and go", func(p *blobProbe) { p.manyKeys() }},
		{"B4", "the size in a listing is one that the key had", func(p *blobProbe) {
			p.set("k", "a")
			p.together(2, func(i int) {
				for n := range 20 {
					if i == 0 {
						p.set("k", letters('a', 1+2*(n%5)))
					} else if size := p.listed("")["k"]; size < 1 || size > 9 || size%2 == 0 {
						p.failf("list: the key has %d bytes, which it never had", size)
					}
				}
			})
		}},
	}
}

func (p *blobProbe) manyKeys() {
	keys := manyKeys()
	size := func(i int) int64 { return int64(i % 7) }
	p.each(len(keys), func(i int) { p.set(keys[i], letters('x', int(size(i)))) })
	want := sizesOf(keys, size)
	p.together(2, func(i int) {
		if i == 0 {
			for n := range 40 {
				p.set(coming(n), "comes")
				if n%2 == 0 {
					p.remove(coming(n))
				}
			}
			return
		}
		sizes := p.listed("many/")
		for n := range 40 {
			if size, found := sizes[coming(n)]; found && size != int64(len("comes")) {
				p.failf("list: %q has %d bytes, which it never had", coming(n), size)
			}
			delete(sizes, coming(n))
		}
		for key, size := range want {
			if got, found := sizes[key]; !found || got != size {
				p.failf("list: %q has %d bytes (listed: %t), want %d", key, got, found, size)
			}
			delete(sizes, key)
		}
		for key := range sizes {
			p.failf("list: %q is in it, but was never set", key)
		}
	})
}

func restoreChecks() []blobCheck {
	return []blobCheck{
		{"B5", "restoring what exists succeeds and changes nothing", func(p *blobProbe) {
			p.set("k", "old")
			p.set("k", "new")
			p.restore("k")
			p.restore("k")
			p.want("k", "new")
		}},
		{"B5", "restoring a key that never existed fails and creates nothing", func(p *blobProbe) {
			p.wantNotRestored("k")
			p.remove("k")
			p.wantNotRestored("k")
			p.wantKeys()
		}},
		{"B5", "the value deleted last comes back, unless the store declares that none does", func(p *blobProbe) {
			p.set("k", "first")
			p.set("k", "abc")
			p.remove("k")
			p.wantRestored("k", "abc")
			p.set("k", "")
			p.remove("k")
			p.wantRestored("k", "")
		}},
		{"B5", "after several deletes the last value that was there comes back", func(p *blobProbe) {
			for i := range 3 {
				p.set("k", "value "+strconv.Itoa(i))
				p.remove("k")
			}
			p.remove("k")
			p.remove("k")
			p.wantRestored("k", "value 2")
		}},
		{"B5", "a restored key is as good as one that was set", func(p *blobProbe) {
			p.set("k", "abc")
			p.remove("k")
			p.wantRestored("k", "abc")
			if p.caps.NoRestore {
				return
			}
			p.restore("k")
			p.wantListed("", map[string]int64{"k": 3})
			p.wantRemoved("k", 3)
			p.wantNone("k")
			p.wantRestored("k", "abc")
			p.set("k", "new")
			p.restore("k")
			p.want("k", "new")
		}},
	}
}

func placeChecks() []blobCheck {
	return []blobCheck{
		{"B6", "two handles on one place see each other's writes at once", func(p *blobProbe) {
			other := p.on(p.open(""))
			other.wantNone("k")
			p.set("k", "abc")
			other.want("k", "abc")
			other.set("k", "other")
			p.want("k", "other")
			p.wantListed("", map[string]int64{"k": 5})
			p.wantRemoved("k", 5)
			other.wantNone("k")
			other.wantListed("", nil)
			other.wantNothingRemoved("k")
			other.wantRestored("k", "other")
		}},
		{"B6", "handles on different places see nothing of each other", func(p *blobProbe) {
			other := p.on(p.open("other"))
			p.set("k", "abc")
			other.wantNone("k")
			other.wantKeys()
			other.wantNothingRemoved("k")
			other.wantNotRestored("k")
			other.set("k", "other")
			p.want("k", "abc")
		}},
		{"B7", "every legal key is a key of its own", func(p *blobProbe) {
			keys := oddKeys(p.maxKey())
			p.each(len(keys), func(i int) { p.set(keys[i], letters('x', i)) })
			p.each(len(keys), func(i int) { p.want(keys[i], letters('x', i)) })
			p.wantListed("", sizesOf(keys, func(i int) int64 { return int64(i) }))
			p.each(len(keys), func(i int) {
				if i%2 == 0 {
					p.wantRemoved(keys[i], int64(i))
				}
			})
			p.each(len(keys), func(i int) {
				if i%2 == 0 {
					p.wantNone(keys[i])
				} else {
					p.want(keys[i], letters('x', i))
				}
			})
		}},
		{"B7", "no key escapes the place", func(p *blobProbe) {
			other := p.on(p.open("other"))
			for _, up := range []string{"..", "../..", "a/../..", "../../..", "", "%2e%2e"} {
				for _, key := range []string{up + "/" + p.place + "other/k", up + "/k", up + "/other"} {
					p.set(key, "escaped")
					other.wantKeys()
					p.want(key, "escaped")
				}
			}
		}},
	}
}
