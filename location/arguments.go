package location

import (
	"strings"
	"unicode/utf8"
)

// MinMaxKeyBytes is the key length that every store accepts, in bytes.
const MinMaxKeyBytes = 200

// CheckKey accepts a key of 1 to maxBytes bytes of UTF-8 without NUL. Every store
// refuses any other key with [ErrInvalidArgument] before anything is sent.
func CheckKey(key string, maxBytes int) error {
	switch {
	case key == "":
		return invalid("the empty key")
	case len(key) > maxBytes:
		return invalid("key %.40q… of %d bytes, longer than %d", key, len(key), maxBytes)
	case !utf8.ValidString(key):
		return invalid("key %q is not UTF-8", key)
	case strings.IndexByte(key, 0) >= 0:
		return invalid("key %q contains NUL", key)
	}
	return nil
}

// CheckCompareAndSet refuses what no compare-and-set accepts, whatever is stored:
// a new SeqNo that does not move forward (C3) or is not legal (C4). A store calls
// it before it reads anything.
func CheckCompareAndSet(key string, expected *SeqNo, next SeqNo) error {
	if expected != nil && next <= *expected {
		return invalid("compare-and-set %q: new %v is not above expected %v", key, next, *expected)
	}
	if !next.Legal() {
		return invalid("compare-and-set %q: new %v is above %v", key, next, MaxSeqNo)
	}
	return nil
}

// CheckScan refuses a negative limit.
func CheckScan(key string, limit int64) error {
	if limit < 0 {
		return invalid("scan %q: limit %d is negative", key, limit)
	}
	return nil
}
