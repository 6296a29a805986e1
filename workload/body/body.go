// Package body makes values that describe themselves block by block, so that a wrong
// read can be named: torn, corrupt, misdirected, truncated.
//
// A body is a sequence of blocks of [BlockSize] bytes, the last of which also takes
// what is left over. Each block carries, in this order and little-endian,
//
//	4 bytes  CRC-32C of the rest of the block
//	4 bytes  CRC-32C of the key
//	8 bytes  size of the whole body
//	8 bytes  offset of the block in the body
//	1 byte   length of the name
//	the name of the value, unique in the run: it names the writing operation
//	filler that does not compress
package body

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"unsafe"
)

const (
	// BlockSize is the size of a block in bytes: a sector, the smallest unit that disks
	// write.
	BlockSize = 512
	// EmptyName is what Decode calls a body of no bytes, which cannot name itself.
	EmptyName = "empty"

	headerSize  = 25 // without the name
	maxNameSize = 255
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// MinSize is the size of the smallest body that can carry name, in bytes.
func MinSize(name string) int { return headerSize + len(name) }

// Append appends to dst the body of size bytes that is written to key under name.
// Size 0 gives no bytes, whatever the name. It panics when the size is otherwise
// below MinSize(name), or the name is not of 1 to 255 bytes.
func Append(dst []byte, key, name string, size int) []byte {
	if size == 0 {
		return dst
	}
	if size < MinSize(name) || name == "" || len(name) > maxNameSize {
		panic(fmt.Sprintf("body: no body of %d bytes can carry the name %.300q", size, name))
	}
	start := len(dst)
	dst = grow(dst, size)
	whole := dst[start:]
	keySum := checksum(key)
	for offset := 0; offset < size; {
		length := blockLength(offset, size)
		fillBlock(whole[offset:offset+length], keySum, name, size, offset)
		offset += length
	}
	return dst
}

// grow appends size bytes of any content.
func grow(dst []byte, size int) []byte {
	if need := len(dst) + size; need <= cap(dst) {
		return dst[:need]
	}
	return append(dst, make([]byte, size)...)
}

// blockLength is the length of the block at offset of a body of size bytes. The last
// block is the longest, so that even it can carry a name.
func blockLength(offset, size int) int {
	if rest := size - offset; rest < 2*BlockSize {
		return rest
	}
	return BlockSize
}

func fillBlock(b []byte, keySum uint32, name string, size, offset int) {
	binary.LittleEndian.PutUint32(b[4:], keySum)
	binary.LittleEndian.PutUint64(b[8:], uint64(size))
	binary.LittleEndian.PutUint64(b[16:], uint64(offset))
	b[24] = byte(len(name))
	copy(b[headerSize:], name)
	// Filler that differs from block to block, so that a tear inside one shows.
	filler := headerSize + len(name)
	fillNoise(b[filler:], uint64(crc32.Checksum(b[4:filler], castagnoli)))
	binary.LittleEndian.PutUint32(b, crc32.Checksum(b[4:], castagnoli))
}

// fillNoise fills b with what does not compress, as real data often do not. Its words
// do not depend on each other, which is several times as fast as a real generator.
func fillNoise(b []byte, seed uint64) {
	const step, factor = 0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9 // SplitMix64 (Steele et al. 2014)
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, seed*factor)
		seed += step
		b = b[8:]
	}
	for i := range b {
		b[i] = byte(seed >> (8 * i))
	}
}

// checksum reads the bytes of text where they are.
func checksum(text string) uint32 {
	return crc32.Checksum(unsafe.Slice(unsafe.StringData(text), len(text)), castagnoli)
}
