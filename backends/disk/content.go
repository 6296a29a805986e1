package disk

import (
	"errors"
	"io"
	"maps"
	"os"
	"slices"
)

const (
	// pageBytes is the unit in which durable contents are kept, and the unit in which a
	// kernel writes out.
	pageBytes = 4096
	// sectorBytes is what a disk writes whole or not at all.
	sectorBytes = 512
)

// A content is what is durable of a file that was written to since.
type content struct {
	// size is the durable size, in bytes.
	size int64
	// shortest is the least size that the file has had since.
	shortest int64
	// pages are the durable bytes of the pages written since, by their number; those
	// beyond the durable size are nil.
	pages map[int64][]byte
	// forgotten are the pages that a failed sync took for written: the next sync does
	// not write them.
	forgotten map[int64]bool
}

func newContent(size int64) *content {
	return &content{size: size, shortest: size, pages: map[int64][]byte{}, forgotten: map[int64]bool{}}
}

// write takes note that the bytes from off to end are about to be written.
func (c *content) write(f io.ReaderAt, off, end int64) error {
	for page := off / pageBytes; page*pageBytes < end; page++ {
		if err := c.keep(f, page); err != nil {
			return err
		}
		delete(c.forgotten, page)
	}
	return nil
}

// truncate takes note that the file is about to get another size.
func (c *content) truncate(f io.ReaderAt, size int64) error {
	for page := size / pageBytes; page*pageBytes < c.size; page++ {
		if err := c.keep(f, page); err != nil {
			return err
		}
	}
	c.shortest = min(c.shortest, size)
	return nil
}

// keep keeps the durable bytes of a page that is still as it was.
func (c *content) keep(f io.ReaderAt, page int64) error {
	if _, kept := c.pages[page]; kept {
		return nil
	}
	length := min(pageBytes, c.size-page*pageBytes)
	if length <= 0 {
		c.pages[page] = nil
		return nil
	}
	bytes := make([]byte, length)
	if _, err := f.ReadAt(bytes, page*pageBytes); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	c.pages[page] = bytes
	return nil
}

// sync takes note that the file, of that size, is durable, and reports whether all of
// it is.
func (c *content) sync(size int64) bool {
	maps.DeleteFunc(c.pages, func(page int64, _ []byte) bool { return !c.forgotten[page] })
	c.size, c.shortest = size, size
	return len(c.pages) == 0
}

// forget takes note of a sync that failed.
func (c *content) forget() {
	for page := range c.pages {
		c.forgotten[page] = true
	}
}

// restore undoes what is not durable, except for what keep says stays; nil keeps
// nothing. It returns how many bytes were undone.
func (c *content) restore(f *os.File, keep func() bool) (lost int64, err error) {
	if keep == nil {
		keep = func() bool { return false }
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	size := info.Size()
	if c.shortest < c.size {
		// It was cut off: that stays, with all that came after it, or nothing does.
		stays := keep()
		keep = func() bool { return stays }
	}
	if !keep() {
		lost += max(0, size-c.size)
		size = c.size
	}
	if err := f.Truncate(size); err != nil {
		return 0, err
	}
	for _, page := range slices.Sorted(maps.Keys(c.pages)) {
		n, err := c.restorePage(f, page, size, keep)
		if err != nil {
			return 0, err
		}
		lost += n
	}
	return lost, nil
}

// restorePage restores the sectors of one page of a file of that size.
func (c *content) restorePage(f *os.File, page, size int64, keep func() bool) (lost int64, err error) {
	durable := make([]byte, pageBytes) // zeros beyond the durable size
	copy(durable, c.pages[page])
	for at := int64(0); at < pageBytes; at += sectorBytes {
		off := page*pageBytes + at
		length := min(sectorBytes, size-off)
		if length <= 0 {
			break
		}
		if keep() {
			continue
		}
		if _, err := f.WriteAt(durable[at:at+length], off); err != nil {
			return 0, err
		}
		lost += length
	}
	return lost, nil
}
