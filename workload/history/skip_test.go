package history

import (
	"encoding/json"
	"testing"
)

func FuzzSkipAcceptsWhatTheStandardLibraryDoes(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,-2.5e+7,null,true,false,{}],"b":"\ud800\n\/é"}`, `01`, `-`, `1.`, `.5`, `1e`, `[1,]`, `{"a"}`, `"\x"`, `"\u12g4"`,
		"\"\x01\"", `nul`, `{} x`, ``, `"`, `"\`, `[[[]]]`, ` 0 `, `{"a":1,}`, `{1:2}`, `-0.0E-0`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := scanner{data: text}
		s.skip(0)
		s.endOfLine()
		if got, want := s.err == nil, json.Valid(text); got != want {
			t.Errorf("%q: %v, and the standard library says %v", text, s.err, want)
		}
	})
}
