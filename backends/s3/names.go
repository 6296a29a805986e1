package s3

import (
	"net/url"
	"strings"
)

// The limits of a store. An object's name has at most 1,024 bytes: the prefix, three
// for each byte of the key, and the cuts of a long name.
const (
	MaxKeyBytes   = 300
	maxPlaceBytes = 100
)

// pieceBytes is the length of all segments but the last of a long flat name. File
// systems accept 255.
const pieceBytes = 200

// joint is what two segments of a long flat name are cut with.
const joint = "~/~"

// nameOf returns the name of a key's object.
func (b *Blob) nameOf(key string) string { return b.place + cut(escape(key, b.flat), b.flat) }

// keyOf returns the key of an object, unless it is somebody else's.
func (b *Blob) keyOf(name string) (key string, ok bool) {
	rest, ok := strings.CutPrefix(name, b.place)
	if !ok {
		return "", false
	}
	if b.flat {
		rest = strings.ReplaceAll(rest, joint, "")
	}
	key, err := url.PathUnescape(rest)
	return key, err == nil && b.nameOf(key) == name
}

// namePrefix returns what the names of all keys with a prefix begin with. Others may
// begin with it too.
func (b *Blob) namePrefix(prefix string) string {
	if b.flat {
		return b.nameOf(prefix)
	}
	// A slash is written in another way where it ends the key.
	return strings.TrimSuffix(b.nameOf(strings.TrimSuffix(prefix, "/")+"x"), "x")
}

// escape writes as %XX each byte of a key that may lead to confusion, see the package's
// documentation. Apart from a last slash, it depends only on the bytes before.
func escape(key string, flat bool) string {
	const hex = "0123456789ABCDEF"
	var name strings.Builder
	for i := range len(key) {
		c := key[i]
		begins := i == 0 || key[i-1] == '/'
		if c < ' ' || c > '~' || c == '%' || c == '.' && begins || c == '~' && flat ||
			c == '/' && (flat || begins || i == len(key)-1) {
			name.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			name.WriteByte(c)
		}
	}
	return name.String()
}

// cut makes a chain of segments of a long flat name. No key's name ends like a segment
// before the last, so that no file has to be a directory as well.
func cut(name string, flat bool) string {
	if !flat || len(name) <= pieceBytes {
		return name
	}
	return name[:pieceBytes] + joint + cut(name[pieceBytes:], flat)
}
