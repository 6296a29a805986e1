package bolt

import (
	"bytes"
	"encoding/binary"

	"go.etcd.io/bbolt"

	"github.com/assay-dev/assay/location"
)

// seqNoBytes is the length of a version's number behind its key and the NUL.
const seqNoBytes = 8

// address is where a version stands in the bucket.
func address(key string, n location.SeqNo) []byte {
	return binary.BigEndian.AppendUint64(prefix(key), uint64(n))
}

// prefix is what the addresses of all versions of a key have in common, and no others.
func prefix(key string) []byte { return append([]byte(key), 0) }

// parse is the inverse of address.
func parse(address []byte) (key []byte, n location.SeqNo) {
	end := len(address) - seqNoBytes
	return address[:end-1], location.SeqNo(binary.BigEndian.Uint64(address[end:]))
}

// headOf returns the number and the bytes of the newest version; the bytes are valid
// during the transaction. It leaves the cursor there.
func headOf(c *bbolt.Cursor, key string) (n location.SeqNo, data []byte, found bool) {
	// No version stands at the largest number of all: it is not legal.
	behind, _ := c.Seek(address(key, ^location.SeqNo(0)))
	before := c.Prev
	if behind == nil {
		before = c.Last
	}
	at, data := before()
	if !bytes.HasPrefix(at, prefix(key)) {
		return 0, nil, false
	}
	_, n = parse(at)
	return n, data, true
}

// below returns the addresses of a key's versions below the bound.
func below(c *bbolt.Cursor, key string, bound location.SeqNo) (addresses [][]byte) {
	end := address(key, bound)
	for at, _ := c.Seek(prefix(key)); at != nil && bytes.Compare(at, end) < 0; at, _ = c.Next() {
		addresses = append(addresses, bytes.Clone(at))
	}
	return addresses
}
