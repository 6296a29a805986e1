package locationtest

import (
	"fmt"
	"strings"
)

// oddKeys are legal keys that stores are known to confuse with one another, to
// encode wrongly, or to let escape.
func oddKeys(longest int) []string {
	keys := []string{
		"a", "a/b", "a/", "a/b/c", "a//b", "/", "/a", "A", "a.", "a ", " a", "a b", "a+b",
		"foo/bar/k0", "k0", "k0a",
		"%2F", "a%2Fb", "%", "%%", "a_b", "a%b", "a*b", "a\\b", "a:b", "a|b", "a~", "a$b",
		".", "..", "../a", "a/../b", "./a", "...", ".a", "a.tmp", ".tmp",
		"#", "?", "a?b=c&d", "a#b", "'", "\"", "`", "a'; --", "<a>", "{a}", "[a]", "-a", "--",
		"\n", "\t", "a\r\nb", "\x01", "\x7f",
		"e\u0301", "\u00e9", // the same letter, combined and composed
		"日本語", "😀", "👩‍👩‍👧", "\u202e", "\ufeff", "\U0010ffff",
		"null", "nil", "CON", "true", "0", "00",
		strings.Repeat("k", longest-1), strings.Repeat("k", longest),
		fill("/a", longest), fill("%", longest), fill("é", longest), fill("😀", longest),
	}
	return keys
}

// fill repeats unit up to exactly length bytes.
func fill(unit string, length int) string {
	whole := strings.Repeat(unit, length/len(unit))
	return whole + strings.Repeat("z", length-len(whole))
}

// illegalKeys are the keys that no store accepts.
func illegalKeys(longest int) []string {
	return []string{"", strings.Repeat("k", longest+1), fill("é", longest+2), "a\x00", "\x00", "a\xff", "\xed\xa0\x80"}
}

// manyKeys are more keys than a page of any known listing holds.
func manyKeys() []string {
	keys := make([]string, 1010)
	for i := range keys {
		keys[i] = fmt.Sprintf("many/%04d", i)
	}
	return keys
}

// coming is a key that comes while a listing is under way.
func coming(n int) string { return fmt.Sprintf("many/%04d-coming", n) }

func sizeName(size int) string { return fmt.Sprintf("%d bytes", size) }
