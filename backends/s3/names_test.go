package s3

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestAnOrdinaryKeyIsTheNameOfItsObject(t *testing.T) {
	for _, c := range []struct{ key, path, flat string }{
		{"k", "p/k", "p/k"},
		{"foo/bar-1_2.txt", "p/foo/bar-1_2.txt", "p/foo%2Fbar-1_2.txt"},
		{"a b+c", "p/a b+c", "p/a b+c"},
		{"a/", "p/a%2F", "p/a%2F"},
		{"/", "p/%2F", "p/%2F"},
		{"a//b", "p/a/%2Fb", "p/a%2F%2Fb"},
		{"../a", "p/%2E./a", "p/%2E.%2Fa"},
		{"%2F", "p/%252F", "p/%252F"},
		{"a~", "p/a~", "p/a%7E"},
		{"é\n", "p/%C3%A9%0A", "p/%C3%A9%0A"},
		{strings.Repeat("k", 201), "p/" + strings.Repeat("k", 201), "p/" + strings.Repeat("k", 200) + "~/~k"},
	} {
		path, flat := Blob{place: "p/"}, Blob{place: "p/", flat: true}
		if got := path.nameOf(c.key); got != c.path {
			t.Errorf("%q is called %q, not %q", c.key, got, c.path)
		}
		if got := flat.nameOf(c.key); got != c.flat {
			t.Errorf("%q is called %q, not %q when flat", c.key, got, c.flat)
		}
	}
}

// confusing draws keys of the characters that names are made of.
func confusing() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		letters := rapid.SliceOfN(rapid.SampledFrom(strings.Split("a.b/.//%2F~é\n", "")), 1, -1).Draw(t, "letters")
		key := strings.Repeat(strings.Join(letters, ""), rapid.IntRange(1, 50).Draw(t, "times"))
		for len(key) > MaxKeyBytes {
			_, last := utf8.DecodeLastRuneInString(key)
			key = key[:len(key)-last]
		}
		return key
	})
}

func TestNamesTellKeysApartAndBeginLikeTheirPrefixes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Blob{place: strings.Repeat("p", maxPlaceBytes) + "/", flat: rapid.Bool().Draw(t, "flat")}
		key := confusing().Draw(t, "key")
		name := b.nameOf(key)
		if len(name) > 1024 {
			t.Errorf("%q has a name of %d bytes", key, len(name))
		}
		if back, ok := b.keyOf(name); !ok || back != key {
			t.Errorf("%q is called %q, which is read as %q (%t)", key, name, back, ok)
		}
		for _, segment := range strings.Split(name, "/") {
			if segment == "" || segment[0] == '.' || b.flat && len(segment) > 255 {
				t.Errorf("%q is called %q, with the segment %q", key, name, segment)
			}
		}
		prefix := key[:rapid.IntRange(0, len(key)).Draw(t, "prefix")]
		if !strings.HasPrefix(name, b.namePrefix(prefix)) {
			t.Errorf("%q is called %q, which does not begin like %q of its prefix %q", key, name, b.namePrefix(prefix), prefix)
		}
	})
}

func TestObjectsOfOthersAreNoKeys(t *testing.T) {
	for _, name := range []string{"k", "p/", "p", "p/a//b", "p/a/", "p/.a", "p/%zz", "p/%6B", "p/é", "q/k"} {
		b := Blob{place: "p/"}
		if key, ok := b.keyOf(name); ok && key != "" {
			t.Errorf("%q is read as the key %q", name, key)
		}
	}
}
