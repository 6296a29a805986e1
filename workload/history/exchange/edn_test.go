package exchange

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEDNIsRead(t *testing.T) {
	for text, want := range map[string]any{
		`nil`: nil, `true`: true, `-12`: atom("-12"), `+7`: atom("7"), `18446744073709551615N`: atom("18446744073709551615"), `1.50`: atom("1.50"),
		`:a/b`: atom(":a/b"), `sym`: atom("sym"), `"a\"\\\n\t\u00e9é"`: "a\"\\\n\té\u00e9", `[1 [2,] (3)]`: vector{atom("1"), vector{atom("2")}, vector{atom("3")}},
		`{:a 1, "b" nil}`: dict{{atom(":a"), atom("1")}, {"b", nil}}, "; note\n  5 ": atom("5"), `#_ {:x 1} 4`: atom("4"),
		`#jepsen.history.Op{:a 1}`: dict{{atom(":a"), atom("1")}}, `#inst "2020"`: tagged{"inst", "2020"}, `#{3 1 2}`: tagged{"set", vector{atom("1"), atom("2"), atom("3")}},
		`\]`: atom(`\]`), `\newline`: atom(`\newline`),
	} {
		p := &parser{text: text, line: 1}
		got, err := p.value(0)
		if err != nil || !reflect.DeepEqual(got, want) || p.skip() {
			t.Errorf("%s is %#v, want %#v, %v", text, got, want, err)
		}
	}
}

func TestWhatIsNoEDNIsRefused(t *testing.T) {
	for _, text := range []string{``, `;only`, `[`, `[1`, `{:a}`, `{:a 1`, `(]`, `]`, `"a`, `"\`, `"\q"`, `"\u12`, `"\u12xx"`, `#`, `#tag`, `#_`, `#_ 1`, `#{1`, strings.Repeat("[", 1000)} {
		p := &parser{text: text, line: 1}
		if got, err := p.value(0); err == nil {
			t.Errorf("%.20s is read as %#v", text, got)
		}
	}
}

func TestTextSurvivesEDN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ToValidUTF8(rapid.String().Draw(t, "text"), "")
		p := &parser{text: quote(text), line: 1}
		if got, err := p.value(0); err != nil || got != text || strings.Contains(p.text, "\n") {
			t.Errorf("%q is %s and comes back as %q, %v", text, p.text, got, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(`{:type :invoke, :f :read, :value nil, :process 0, :time 1}`)
	f.Add("INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]\n")
	f.Add(`[#{1 "a\u0020"} #_ (2) \] #x.Y{:a 1}]`)
	f.Fuzz(func(t *testing.T, text string) {
		Import(strings.NewReader(text), Options{})
	})
}
