package postgres

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

func TestTLSModesAreThoseOfLibpq(t *testing.T) {
	certificate, key := selfSigned(t)
	server := serverstest.Postgres(t, servers.PostgresOptions{
		Settings: map[string]string{"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"},
		Files:    map[string][]byte{"server.crt": certificate, "server.key": key},
	})
	another, _ := selfSigned(t)
	good, bad := save(t, "good.crt", certificate), save(t, "bad.crt", another)
	base := newDatabase(t, server, "encrypted")
	byName := strings.Replace(base, "127.0.0.1", "localhost", 1)
	for _, c := range []struct {
		name, url  string
		parameters []string
		opens, tls bool
	}{
		{"disable", base, []string{"sslmode", "disable"}, true, false},
		{"prefer, the usual one", base, nil, true, true},
		{"require", base, []string{"sslmode", "require"}, true, true},
		{"verify-ca", byName, []string{"sslmode", "verify-ca", "sslrootcert", good}, true, true},
		{"verify-ca of another authority", base, []string{"sslmode", "verify-ca", "sslrootcert", bad}, false, false},
		{"verify-full", base, []string{"sslmode", "verify-full", "sslrootcert", good}, true, true},
		{"verify-full of another authority", base, []string{"sslmode", "verify-full", "sslrootcert", bad}, false, false},
		{"verify-full of another host", byName, []string{"sslmode", "verify-full", "sslrootcert", good}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := OpenConsensus(t.Context(), with(t, c.url, c.parameters...))
			if (err == nil) != c.opens {
				t.Fatalf("OpenConsensus = %v", err)
			}
			if err != nil {
				return
			}
			defer s.Close()
			var encrypted bool
			must(t, s.write.QueryRow(t.Context(), "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").Scan(&encrypted))
			if encrypted != c.tls {
				t.Errorf("encrypted: %t", encrypted)
			}
		})
	}
}

// selfSigned returns a certificate of 127.0.0.1 that is its own authority, and its key.
func selfSigned(t *testing.T) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "test"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	must(t, err)
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}

func save(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, content, 0o600))
	return path
}
