package history

import "strconv"

// A Register is the object that most other tools test: per key one value that is read,
// written, and replaced when it is as expected. No backend is one; histories come from
// elsewhere. Values need not be unique, so that a check has to search.
const Register Object = "register"

// A Content is what a register holds: a value, by its name, or nothing.
type Content struct {
	Found bool
	Value string
}

func (c Content) String() string {
	if !c.Found {
		return "nothing"
	}
	return c.Value
}

// The operations of a Register.
type (
	// RegisterRead asks for the content.
	RegisterRead struct {
		Held Content
	}
	// RegisterWrite asks to replace the content.
	RegisterWrite struct {
		New Content
	}
	// RegisterSwap asks to replace the content by New if it is Old.
	RegisterSwap struct {
		Old, New Content
		Swapped  bool
	}
)

func (*RegisterRead) Name() string  { return "read" }
func (*RegisterWrite) Name() string { return "write" }
func (*RegisterSwap) Name() string  { return "cas" }

func buildRead(l *line, _ *memory) Action { return &RegisterRead{l.content(fieldValue, l.value)} }

func buildWrite(l *line, _ *memory) Action { return &RegisterWrite{l.content(fieldValue, l.value)} }

func buildSwap(l *line, _ *memory) Action {
	return &RegisterSwap{
		Old: l.content(fieldOld, l.old), New: l.content(fieldValue, l.value),
		Swapped: l.has(fieldCommitted) && l.committed,
	}
}

// content is the value of a field; one that is null or absent stands for nothing.
func (l *line) content(f field, value string) Content {
	if !l.has(f) {
		return Content{}
	}
	return Content{true, value}
}

func appendRead(b []byte, a *RegisterRead, ok bool) []byte {
	if ok {
		return appendContent(b, "value", a.Held)
	}
	return b
}

func appendSwap(b []byte, a *RegisterSwap, ok bool) []byte {
	b = appendContent(appendContent(b, "old", a.Old), "value", a.New)
	if ok {
		return strconv.AppendBool(appendName(b, "committed"), a.Swapped)
	}
	return b
}

func appendContent(b []byte, name string, c Content) []byte {
	if c.Found {
		return appendStringField(b, name, c.Value)
	}
	return append(appendName(b, name), "null"...)
}
