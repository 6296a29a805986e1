package suite

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

var (
	//go:embed quick.yaml
	quick []byte
	//go:embed nightly.yaml
	nightly []byte
)

// BuiltIn returns the text of the suite of that name; nil when none is built in.
func BuiltIn(name string) []byte {
	switch name {
	case "quick":
		return quick
	case "nightly":
		return nightly
	}
	return nil
}

// Load returns the suite that is built in under that name, or else that of a file.
func Load(name string) (*Suite, error) {
	if text := BuiltIn(name); text != nil {
		return Read(name, text)
	}
	if extension := filepath.Ext(name); extension != ".yaml" && extension != ".yml" {
		return nil, fmt.Errorf("suite %q: name quick, nightly, or a file that ends in .yaml", name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return Read(strings.TrimPrefix(name, "./"), text)
}
