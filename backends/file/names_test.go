package file

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// awkwardKeys are keys that some encoding or file system confuses.
func awkwardKeys() []string {
	return []string{
		"k", "K", "a", "a/", "a/b", "/a", "//", ".", "..", "../../etc/passwd", "a/../b", ".hidden",
		"=value", "=lock", "=deleted", "value", "%", "%2F", "%2f", "%25", " ", "a b", "#", "?", "\\", "~", "*", "\"", "'",
		"con", "nul.txt", "\n", "é", "e\u0301", "Å", "🙂", "\u202e", "-", "_", "--", "\x7f",
		strings.Repeat("a", chunkBytes-1), strings.Repeat("a", chunkBytes), strings.Repeat("a", chunkBytes+1),
		strings.Repeat("a", 2*chunkBytes), strings.Repeat("a", maxKeyBytes),
		strings.Repeat("/", chunkBytes/3), strings.Repeat("/", chunkBytes/3) + "b", "a" + strings.Repeat("/", chunkBytes/3),
		strings.Repeat("🙂", 50), strings.Repeat("🙂", maxKeyBytes/4),
	}
}

// randomKeys are short, from few letters, so that many are neighbours, or long.
func randomKeys(n int) []string {
	random := rand.New(rand.NewPCG(1, 2))
	letters := []string{"a", "A", "/", ".", "%", "2", "=", "🙂", "-"}
	keys := make([]string, n)
	for i := range keys {
		var b strings.Builder
		for range 1 + random.IntN(4) + random.IntN(2)*random.IntN(250) {
			b.WriteString(letters[random.IntN(len(letters))])
		}
		keys[i] = b.String()[:min(b.Len(), maxKeyBytes)]
	}
	return keys
}

func TestEveryKeyHasADirectoryOfItsOwnThatGivesItBack(t *testing.T) {
	seen := map[string]string{}
	for _, key := range append(awkwardKeys(), randomKeys(20_000)...) {
		encoded := encode(key)
		if back, ok := decode(encoded); !ok || back != key {
			t.Fatalf("%q comes back as %q, %t", key, back, ok)
		}
		dir := path(encoded)
		if other, taken := seen[strings.ToLower(dir)]; taken && other != key {
			t.Fatalf("%q and %q share %s", key, other, dir)
		}
		seen[strings.ToLower(dir)] = key
		if strings.ReplaceAll(dir, "/", "") != encoded {
			t.Fatalf("%q: the chain %s is not %s", key, dir, encoded)
		}
		checkChain(t, key, dir)
	}
}

// checkChain checks that a directory is one that every file system accepts.
func checkChain(t *testing.T, key, dir string) {
	t.Helper()
	if !filepath.IsLocal(dir) || filepath.Clean(dir) != dir {
		t.Fatalf("%q escapes to %s", key, dir)
	}
	if longest := maxDirBytes + len("/keys/") + len(dir) + len("/"+deletedName); longest > 4095 {
		t.Fatalf("%q has a path of up to %d bytes", key, longest)
	}
	for _, name := range strings.Split(dir, "/") {
		if len(name) > 255 || strings.HasPrefix(name, "=") {
			t.Fatalf("%q has the name %s in its chain", key, name)
		}
	}
}

func TestNamesThatEncodeNoKeyAreNotDecoded(t *testing.T) {
	for _, name := range []string{"K", "a.b", "%", "%2", "%2F", "%zz", "%61", "a b", "a%", "é"} {
		if key, ok := decode(name); ok {
			t.Errorf("%q decodes to %q", name, key)
		}
	}
}
