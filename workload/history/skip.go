package history

// skip reads any value that means nothing here. Its syntax is checked, its strings'
// encoding is not.
func (s *scanner) skip(depth int) {
	if depth > maxDepth {
		s.fail("values are nested deeper than %d", maxDepth)
		return
	}
	switch c := s.peek(); {
	case c == '{':
		for s.open('{', "an object"); s.more('}'); {
			s.name()
			s.skip(depth + 1)
		}
	case c == '[':
		for s.open('[', "a list"); s.more(']'); {
			s.skip(depth + 1)
		}
	case c == '"':
		s.skipString()
	case c == 't' || c == 'f':
		s.bool()
	case c == 'n':
		s.null()
	case c == '-' || '0' <= c && c <= '9':
		s.skipNumber()
	default:
		s.syntax("a value")
	}
}

func (s *scanner) skipString() {
	for s.pos++; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return
		case c < ' ':
			s.syntax("no control character")
			return
		case c == '\\':
			s.skipEscape()
		}
		if s.err != nil {
			return
		}
	}
	s.syntax("the end of a string")
}

// skipEscape stops at the last byte of an escape.
func (s *scanner) skipEscape() {
	if s.pos++; s.pos < len(s.data) && s.data[s.pos] == 'u' {
		s.hex()
		s.pos--
		return
	}
	// The rules are those of the strings that count.
	s.pos--
	s.text = s.text[:0]
	s.escape()
	s.pos--
}

func (s *scanner) skipNumber() {
	if s.data[s.pos] == '-' {
		s.pos++
	}
	if s.pos < len(s.data) && s.data[s.pos] == '0' {
		s.pos++
	} else {
		s.skipDigits()
	}
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		s.pos++
		s.skipDigits()
	}
	if s.pos < len(s.data) && s.data[s.pos]|0x20 == 'e' {
		s.pos++
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		s.skipDigits()
	}
}

func (s *scanner) skipDigits() {
	start := s.pos
	for s.pos < len(s.data) && s.data[s.pos]-'0' <= 9 {
		s.pos++
	}
	if s.pos == start {
		s.syntax("a digit")
	}
}
