package certificate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/assay-dev/assay/results"
)

// The files of a certificate, in one directory.
const (
	File        = "certificate.json"
	PageFile    = "certificate.html"
	BadgeFile   = "badge.svg"
	JUnitFile   = "junit.xml"
	SummaryFile = "summary.md"
)

// Save writes the certificate in all its forms and seals it. certificate.json comes last,
// and each file replaces an older one in one step: whoever sees it sees all it speaks of.
func (c *Certificate) Save(dir string) error {
	c.Files, c.Seal = map[string]string{}, ""
	for name, draw := range map[string]func(*Certificate) ([]byte, error){
		PageFile: (*Certificate).Page, BadgeFile: (*Certificate).Badge, JUnitFile: (*Certificate).JUnit, SummaryFile: (*Certificate).Markdown,
	} {
		content, err := draw(c)
		if err != nil {
			return fmt.Errorf("draw %s: %w", name, err)
		}
		if err := results.ReplaceFile(dir, name, content); err != nil {
			return err
		}
		c.Files[name] = Sum(content)
	}
	if err := c.seal(); err != nil {
		return err
	}
	text, err := c.JSON()
	if err != nil {
		return err
	}
	return results.ReplaceFile(dir, File, text)
}

// JSON returns the content of certificate.json.
func (c *Certificate) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(c, "", "  ")
	return append(text, '\n'), err
}

func (c *Certificate) seal() error {
	c.Seal = ""
	text, err := c.JSON()
	c.Seal = Sum(text)
	return err
}

// Read reads certificate.json. Anything in it that [Certificate.Save] would not have
// written, to the last letter, is an error.
func Read(path string) (*Certificate, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c, err := Decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Decode reads the content of certificate.json, see [Read].
func Decode(text []byte) (*Certificate, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	c := new(Certificate)
	if err := decoder.Decode(c); err != nil {
		return nil, fmt.Errorf("no certificate: %w", err)
	}
	if c.Format != Format {
		return nil, fmt.Errorf("a certificate of format %d, where %d can be read", c.Format, Format)
	}
	again, err := c.JSON()
	if err != nil {
		return nil, err
	}
	sealed := *c
	if err := sealed.seal(); err != nil {
		return nil, err
	}
	if sealed.Seal != c.Seal || !bytes.Equal(again, text) {
		return nil, errors.New("the certificate was altered: its seal does not match")
	}
	return c, nil
}

// Sum is the SHA-256 of content.
func Sum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// SumFile is the SHA-256 of a file's content.
func SumFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
