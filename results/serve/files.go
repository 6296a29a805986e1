package serve

import (
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// listed is a file of a run directory.
type listed struct {
	Name string
	Size int64
	Open bool // a browser can show it
}

// list returns the files of a run directory. The directories in it are the store's own,
// as are hidden files.
func list(files fs.FS, dir string) (found []listed) {
	content, err := fs.ReadDir(files, dir)
	if err != nil {
		return nil
	}
	for _, d := range content {
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() || !plain(d.Name()) {
			continue
		}
		_, shown := contentType(d.Name())
		found = append(found, listed{d.Name(), info.Size(), shown})
	}
	return found
}

// contentType returns of what type a file is, by its name alone, and whether a browser
// can show it.
func contentType(name string) (contentType string, shown bool) {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8", true
	case ".svg":
		return "image/svg+xml", true
	case ".json":
		return "application/json", true
	case ".txt", ".log", ".jsonl":
		return "text/plain; charset=utf-8", true
	case ".xml":
		return "text/xml; charset=utf-8", true
	}
	return "application/octet-stream", false
}

// file serves a file of the directory of a run or of a certificate, and nothing else of the
// store directory.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("path")
	dir, base := path.Split(name)
	files := s.root.FS()
	if dir, ok := s.holder(dir); !ok || !plain(name) || !isRun(files, dir) && !isCertificate(files, dir) {
		s.missing(w, "There is no such file.")
		return
	}
	file, err := openFile(files, name)
	if err != nil {
		s.missing(w, "There is no such file.")
		return
	}
	defer file.Close()
	info, err := file.Stat()
	content, seekable := file.(io.ReadSeeker)
	if err != nil || !seekable || !info.Mode().IsRegular() {
		s.missing(w, "The file cannot be read.")
		return
	}
	h := w.Header()
	kind, shown := contentType(base)
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Content-Type", kind)
	if !shown || r.URL.Query().Has("download") {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": saved(name)}))
	}
	http.ServeContent(w, r, base, info.ModTime(), content)
}

// holder is the directory of a file that a request names: one below the store directory, or
// that itself, which a certificate may be in.
func (s *Server) holder(asked string) (dir string, ok bool) {
	if asked == "" {
		return ".", true
	}
	return s.place(asked)
}

// saved is the name under which a file is saved: it tells of which run it is.
func saved(name string) string { return strings.ReplaceAll(name, "/", "_") }
