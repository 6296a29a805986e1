package body

import (
	"encoding/binary"
	"hash/crc32"
)

// Decode returns the name of the value that was read from key as data, and what is
// wrong with it, "" when it is just what [Append] made. Of a damaged body the name is
// that of its first readable block, "" when there is none.
func Decode(key string, data []byte) (name, damage string) {
	if len(data) == 0 {
		return EmptyName, ""
	}
	keySum := checksum(key)
	first, _ := parse(data)
	for offset := 0; offset < len(data); {
		length := blockLength(offset, len(data))
		b, ok := parse(data[offset : offset+length])
		if !ok || !b.sound || b.keySum != keySum || b.size != len(data) || b.offset != offset || string(b.name) != string(first.name) {
			return diagnose(keySum, data)
		}
		offset += length
	}
	return string(first.name), ""
}

// A block is the header of a block as it was read.
type block struct {
	keySum       uint32
	size, offset int // of the body; of the block in the body
	name         []byte
	sound        bool // the checksum is right for the bytes that were parsed
}

// parse reads the header at the beginning of data and checks all of data as one
// block; ok is false when no header can be there.
func parse(data []byte) (b block, ok bool) {
	if len(data) < headerSize || data[24] == 0 || len(data) < headerSize+int(data[24]) {
		return block{}, false
	}
	b = block{
		keySum: binary.LittleEndian.Uint32(data[4:]),
		size:   int(binary.LittleEndian.Uint64(data[8:])),
		offset: int(binary.LittleEndian.Uint64(data[16:])),
		name:   data[headerSize : headerSize+int(data[24])],
		sound:  binary.LittleEndian.Uint32(data) == crc32.Checksum(data[4:], castagnoli),
	}
	return b, 0 <= b.offset && b.offset < b.size
}
