package history

import (
	"encoding/json"
	"fmt"

	"github.com/assay-dev/assay/location"
)

// wantHeader is what a first line looks like.
const wantHeader = `the first line has to be a header like {"assay":1,"object":"consensus"}`

func (h *Header) check() error {
	if h.Assay != FormatVersion {
		return fmt.Errorf("history format version %d: this program knows version %d", h.Assay, FormatVersion)
	}
	if h.Object != Consensus && h.Object != Blob && h.Object != Register {
		return fmt.Errorf("unknown object %.40q in the header: known are %s, %s, %s", h.Object, Consensus, Blob, Register)
	}
	return nil
}

func encodeHeader(header Header) ([]byte, error) {
	if header.Assay == 0 {
		header.Assay = FormatVersion
	}
	if err := header.check(); err != nil {
		return nil, err
	}
	line, err := json.Marshal(header)
	if err != nil {
		return nil, fmt.Errorf("history header: %w", err)
	}
	return append(line, '\n'), nil
}

func decodeHeader(text []byte) (Header, error) {
	var header Header
	var names []string
	versioned := false
	s := scanner{data: text}
	for s.open('{', "an object"); s.more('}'); {
		switch string(s.name()) {
		case "assay":
			header.Assay, versioned = int(s.int64()), true
		case "object":
			header.Object = Object(s.string())
		case "relax":
			for s.open('[', "a list"); s.more(']'); {
				names = append(names, string(s.string()))
			}
		case "run":
			s.peek()
			start := s.pos
			s.skip(0)
			header.Run = json.RawMessage(append([]byte(nil), s.data[start:s.pos]...))
		default:
			s.skip(0)
		}
	}
	s.endOfLine()
	switch {
	case s.err != nil:
		return header, fmt.Errorf("%w; %s", s.err, wantHeader)
	case !versioned:
		return header, fmt.Errorf("missing header: %s", wantHeader)
	}
	relaxations, err := location.ParseRelaxations(names)
	if err != nil {
		return header, err
	}
	header.Relax = relaxations
	return header, header.check()
}
