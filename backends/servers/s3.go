package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// The credentials and the region of every S3 server that is started here. The secret
// needs escaping in a URL, so that tests notice where it is mistaken or shows up.
const (
	S3AccessKey = "assay"
	S3SecretKey = "se:cr/et+k@y-5Kt7"
	S3Region    = "us-east-1"
)

// S3Health is the path at which the server tells that it is there.
const S3Health = "/health"

// An S3 is a versitygw that listens on 127.0.0.1 and keeps objects as files. It never
// syncs them: what it acknowledged survives its death, not that of the machine.
type S3 struct {
	Instance
	// Address is its host and port.
	Address string

	directory *Directory // of its files; nil when they are somebody else's
}

// NewS3 describes a server that somebody else started and has to end.
func NewS3(instance Instance, address string) *S3 { return &S3{Instance: instance, Address: address} }

// StartS3 starts a versitygw as a process on fresh directories, and waits until it
// answers. It is built from source at the first call on a machine, see [VersityGW].
func StartS3(ctx context.Context) (*S3, error) {
	program, err := VersityGW(ctx)
	if err != nil {
		return nil, err
	}
	directory, err := directoryWithAttributes("assay-s3-")
	if err != nil {
		return nil, err
	}
	s := &S3{directory: directory}
	if err := s.launch(ctx, program); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

// launch starts the server for the first time.
func (s *S3) launch(ctx context.Context, program string) error {
	objects, versions := filepath.Join(s.directory.Path, "objects"), filepath.Join(s.directory.Path, "versions")
	if err := errors.Join(os.Mkdir(objects, 0o700), os.Mkdir(versions, 0o700)); err != nil {
		return err
	}
	port, err := FreePort()
	if err != nil {
		return err
	}
	s.Address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	process, err := StartProcess(ctx, Command{
		Path: program,
		Args: S3Arguments(s.Address, objects, versions),
		Env:  S3Environment(),
		Dir:  s.directory.Path,
	})
	if err != nil {
		return err
	}
	s.Instance = process
	return s.WaitReady(ctx)
}

// S3Arguments are the command line of versitygw.
func S3Arguments(address, objects, versions string) []string {
	return []string{
		"--port", address, "--region", S3Region, "--health", S3Health, "--keep-alive", "--quiet",
		"posix", "--versioning-dir", versions, objects,
	}
}

// S3Environment gives versitygw the secrets, which everybody on the machine could read
// on its command line.
func S3Environment() []string {
	return []string{"ROOT_ACCESS_KEY=" + S3AccessKey, "ROOT_SECRET_KEY=" + S3SecretKey}
}

// WaitReady waits until the server answers, after a Start for instance.
func (s *S3) WaitReady(ctx context.Context) error { return WaitReady(ctx, s, s.Probe) }

// Probe asks the server once whether it is there. A refused connection is
// [syscall.ECONNREFUSED].
func (s *S3) Probe(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.endpoint()+S3Health, nil)
	if err != nil {
		return err
	}
	// A connection that is kept would tell of the past.
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s%s answers %s", s.Address, S3Health, answer.Status)
	}
	return nil
}

// Close ends the server and removes its data.
func (s *S3) Close(ctx context.Context) error {
	var err error
	if s.Instance != nil {
		err = s.Stop(ctx)
	}
	if s.directory != nil {
		err = errors.Join(err, s.directory.Remove())
	}
	return err
}

// URL returns how clients reach a prefix of a bucket, with the secret. The server keeps
// objects as files, hence the flat names.
func (s *S3) URL(bucket, prefix string) string {
	u := url.URL{
		Scheme:   "s3",
		User:     url.UserPassword(S3AccessKey, S3SecretKey),
		Host:     bucket,
		Path:     "/" + prefix,
		RawQuery: url.Values{"endpoint": {s.endpoint()}, "region": {S3Region}, "keys": {"flat"}}.Encode(),
	}
	return u.String()
}

func (s *S3) endpoint() string { return "http://" + s.Address }

// Client returns a client of the server, for what a test wants to arrange or to see
// behind a store's back.
func (s *S3) Client() *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(s.endpoint()),
		Region:       S3Region,
		Credentials:  credentials.NewStaticCredentialsProvider(S3AccessKey, S3SecretKey, ""),
		UsePathStyle: true,
		// Nobody closes it, so it keeps no connections.
		HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.DisableKeepAlives = true }),
	})
}

// CreateBucket makes a bucket that keeps versions, or one that does not.
func (s *S3) CreateBucket(ctx context.Context, bucket string, versioned bool) error {
	client := s.Client()
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket}); err != nil || !versioned {
		return err
	}
	_, err := client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket:                  &bucket,
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	return err
}
