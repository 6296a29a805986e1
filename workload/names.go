package workload

import "strconv"

// spellings end the names of keys. They invite a store to confuse those side by side
// (C11, B7): by capital letters, white space, escapes, empty parts of a path, letters
// that are composed or combined; and one begins others, or is a folder and a key.
var spellings = [...]string{"a", "A", "b", "b ", "a/b", "a%2Fb", "c/d", "c//d", "caf\u00e9", "cafe\u0301"}

// sharedName is the name of the key that is in a slot in its generation. Slots that are
// side by side have names to confuse, and see to it by [twin] that both are in use at a time.
func sharedName(kind string, slot int, generation int64) string {
	text := append(make([]byte, 0, 32), kind...)
	text = strconv.AppendInt(text, int64(slot/len(spellings)), 10)
	if generation > 1 {
		text = strconv.AppendInt(append(text, '.'), generation, 10)
	}
	return string(append(append(text, '/'), spellings[slot%len(spellings)]...))
}

// twin is the slot whose keys live as long as those of the given one.
func twin(slot int) int { return slot &^ 1 }
