package file

import (
	"path/filepath"
	"strings"
)

const (
	// maxKeyBytes keeps the longest path, at three characters for each byte, below
	// what systems accept (4,096) and leaves room for the directory of the store.
	maxKeyBytes = 1024
	maxDirBytes = 800
	// chunkBytes is the length of all names in a key's chain but the last. File systems
	// accept 255.
	chunkBytes = 240
)

// The files in a key's directory. No encoded key contains an equals sign.
const (
	valueName   = "=value"
	deletedName = "=deleted"
	lockName    = "=lock"
)

const hex = "0123456789abcdef"

// encode returns the key in lower-case letters, digits, -, _ and %xx for every other
// byte. File systems that ignore case, or normalise what is not ASCII, or treat names
// with dots specially, all keep it apart from every other key.
func encode(key string) string {
	var b strings.Builder
	for i := range len(key) {
		if c := key[i]; isPlain(c) {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// decode returns the key that encodes to name, if there is one.
func decode(name string) (key string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '%' {
			if i+2 >= len(name) {
				return "", false
			}
			c = byte(strings.IndexByte(hex, name[i+1])<<4 | strings.IndexByte(hex, name[i+2]))
			i += 2
		}
		b.WriteByte(c)
	}
	key = b.String()
	return key, encode(key) == name // which digits that are none do not survive
}

// path returns the chain of directories of an encoded key. No other key has the same:
// all names but the last have the full length.
func path(encoded string) string {
	var chain []string
	for len(encoded) > chunkBytes {
		chain = append(chain, encoded[:chunkBytes])
		encoded = encoded[chunkBytes:]
	}
	return filepath.Join(append(chain, encoded)...)
}
