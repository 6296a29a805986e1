package certify_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/certificate"
)

// reseal makes all sums right again after the files of a run were altered, as somebody
// would who knows how.
func reseal(t *testing.T, dir string, c *certificate.Certificate, run *certificate.Run) {
	t.Helper()
	own := filepath.Join(dir, filepath.FromSlash(run.Dir))
	for name := range run.Files {
		sum, err := certificate.SumFile(filepath.Join(own, name))
		if err != nil {
			t.Fatal(err)
		}
		run.Files[name] = sum
	}
	record, err := json.MarshalIndent(run, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(own, "record.json"), record, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := c.Save(dir); err != nil {
		t.Fatal(err)
	}
}

// rewrite alters the content of a file.
func rewrite(t *testing.T, path string, alter func(content []byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	altered := alter(bytes.Clone(content))
	if bytes.Equal(altered, content) {
		t.Fatalf("%s is not altered", path)
	}
	if err := os.WriteFile(path, altered, 0o644); err != nil {
		t.Fatal(err)
	}
}

// inProof alters the proof of a run.
func inProof(t *testing.T, alter func(p *proof.Certificate)) func([]byte) []byte {
	return func(content []byte) []byte {
		p, err := proof.Read(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		alter(p)
		var b bytes.Buffer
		if err := p.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
}

// withoutLine takes a line out of a compressed history.
func withoutLine(t *testing.T, line int) func([]byte) []byte {
	return func(content []byte) []byte {
		reader, err := zstd.NewReader(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		text, err := reader.DecodeAll(content, nil)
		if err != nil {
			t.Fatal(err)
		}
		writer, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer writer.Close()
		lines := bytes.SplitAfter(text, []byte("\n"))
		return writer.EncodeAll(bytes.Join(slices.Delete(lines, line, line+1), nil), nil)
	}
}

func TestFilesThatWereForgedWithTheirSumsAreRefused(t *testing.T) {
	o := options(t, `suite: small
workloads: [{name: w, operations: 1500}]
stores:
  - {name: files, object: blob, url: "mem:"}
  - {name: bad, object: blob, url: "defective:first-value-stays"}
`)
	run(t, o)
	for _, c := range []struct {
		name  string
		run   int
		file  string
		alter func([]byte) []byte
		told  func(r *certificate.Run) // what the certificate then says
	}{
		{"an order the other way round", 0, "proof.json", inProof(t, func(p *proof.Certificate) { slices.Reverse(p.Keys[0].Order) }), nil},
		{"a key less", 0, "proof.json", inProof(t, func(p *proof.Certificate) { p.Keys = p.Keys[1:] }), nil},
		{"no contradictions", 1, "proof.json", inProof(t, func(p *proof.Certificate) {
			for i := range p.Keys {
				p.Keys[i].Contradiction = nil
			}
		}), nil},
		{"an operation less", 0, results.HistoryFile, withoutLine(t, 20), func(r *certificate.Run) { r.Operations-- }},
		{"a violation of another clause", 1, results.ResultFile, func(text []byte) []byte {
			return bytes.ReplaceAll(text, []byte(`"clause": "B1"`), []byte(`"clause": "B4"`))
		}, func(r *certificate.Run) { r.Breaks("B1").Clause = "B4" }},
		{"other seeds", 0, results.RunFile, func(text []byte) []byte {
			return bytes.Replace(text, []byte(`"seed": 1`), []byte(`"seed": 2`), 1)
		}, func(r *certificate.Run) { r.Seed, r.ID = 2, strings.TrimSuffix(r.ID, "1")+"2" }},
	} {
		copied := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(copied, os.DirFS(o.Dir)); err != nil {
			t.Fatal(err)
		}
		issued, err := certificate.Read(filepath.Join(copied, certificate.File))
		if err != nil {
			t.Fatal(err)
		}
		forged := &issued.Runs[c.run]
		rewrite(t, filepath.Join(copied, filepath.FromSlash(forged.Dir), c.file), c.alter)
		if c.told != nil {
			c.told(forged)
		}
		reseal(t, copied, issued, forged)
		if err := verify(copied); err == nil || !strings.Contains(err.Error(), filepath.FromSlash(forged.Dir)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
