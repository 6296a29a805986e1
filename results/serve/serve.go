// Package serve shows a store directory in a browser: a table of its runs, a page for
// each, two of them side by side, and their files. It only reads.
//
// What a run directory holds came from a store, or from whoever could write there, and
// is trusted with nothing: text is escaped, files are found through an [os.Root], which
// no link leaves, and a report, which has scripts of its own, is shown in a sandbox
// from which it reaches neither the other pages nor the network.
package serve

import (
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"os"
)

//go:embed pages
var pages embed.FS

// A Server is the handler of the pages of one store directory.
type Server struct {
	root    *os.Root
	runs    *runs
	pages   *template.Template
	handler http.Handler
}

// New opens a store directory. With local, only requests are answered that name this
// machine by a loopback address: a page from elsewhere that has its own name resolve
// to this machine gets nothing (DNS rebinding).
func New(dir string, local bool) (*Server, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &Server{root: root, runs: newRuns(root.FS())}
	s.pages, err = template.New("").Funcs(functions()).ParseFS(pages, "pages/*.html")
	if err != nil {
		return nil, err
	}
	s.handler = guard(s.routes(), local)
	return s, nil
}

// Close gives the store directory back.
func (s *Server) Close() error { return s.root.Close() }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) routes() http.Handler {
	own, err := fs.Sub(pages, "pages")
	if err != nil {
		panic(err) // the name is a constant
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", s.table)
	mux.HandleFunc("/run/{path...}", s.run)
	mux.HandleFunc("/compare", s.compare)
	mux.HandleFunc("/file/{path...}", s.file)
	for _, name := range []string{"style.css", "script.js", "icon.svg"} {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, own, name) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { s.missing(w, "There is no such page.") })
	return mux
}

// show renders a page as a whole, so that one that cannot be rendered is an error.
func (s *Server) show(w http.ResponseWriter, status int, page string, data any) {
	text, err := s.render(page, data)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(text) // what fails here, fails for a reader who left
}

func (s *Server) missing(w http.ResponseWriter, why string) {
	s.show(w, http.StatusNotFound, "missing.html", why)
}
