package local

import (
	"github.com/assay-dev/assay/backends/bolt"
	"github.com/assay-dev/assay/backends/servers"
)

// Software returns the name and the version of the server where a client cannot ask it,
// else "".
func (s *Server) Software() string {
	switch {
	case s.Node("s3") != nil:
		return "versitygw " + servers.VersityGWVersion()
	case s.Node("bolt") != nil:
		return bolt.Software()
	}
	return ""
}
