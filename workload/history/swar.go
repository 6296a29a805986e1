package history

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes are looked at at a time, as one number: the first is its lowest byte.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080 // the highest bit of each byte
)

// plain returns where a run of plain text that begins at i ends: at a quote, a backslash
// or a control character. If it is all ASCII, it may say so.
func plain(data []byte, i int) (end int, ascii bool) {
	var seen uint64
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		seen |= w
		if special := zeros(w^ones*'"') | zeros(w^ones*'\\') | (w-ones*' ')&^w&highs; special != 0 {
			// Only the lowest bit is sure, as borrows go up.
			return i + bits.TrailingZeros64(special)/8, seen&highs == 0
		}
	}
	for ; i < len(data); i++ {
		c := data[i]
		seen |= uint64(c)
		if c == '"' || c == '\\' || c < ' ' {
			break
		}
	}
	return i, seen&highs == 0
}

// zeros marks the bytes of w that are zero: the lowest mark is right.
func zeros(w uint64) uint64 { return (w - ones) &^ w & highs }

// eightDigits returns the number that eight digits stand for, ok = false if they are not.
func eightDigits(w uint64) (n uint64, ok bool) {
	w ^= ones * '0'
	if (w|(w+ones*(0x80-10)))&highs != 0 {
		return 0, false
	}
	w = w*10 + w>>8 // pairs, in every second byte
	return ((w&0x000000ff000000ff)*(100+1e6<<32) + (w>>16&0x000000ff000000ff)*(1+1e4<<32)) >> 32, true
}

// spread makes a number's high bits depend on all of it when it is multiplied with it.
const spread = 0x9e3779b97f4a7c15

// beginning returns the first eight bytes of text, with zeros for those that it has not.
func beginning(text []byte) uint64 {
	if cap(text) >= 8 {
		return binary.LittleEndian.Uint64(text[:8]) & (1<<(8*min(len(text), 8)) - 1)
	}
	var padded [8]byte
	copy(padded[:], text)
	return binary.LittleEndian.Uint64(padded[:])
}
