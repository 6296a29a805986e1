package local

import "github.com/assay-dev/assay/backends/servers"

// Software returns the name and the version of the server where a client cannot ask it,
// else "".
func (s *Server) Software() string {
	if s.Node("s3") == nil {
		return ""
	}
	return "versitygw " + servers.VersityGWVersion()
}
