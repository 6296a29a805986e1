package s3

import (
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/assay-dev/assay/location"
)

// failed is the error of an operation of which no earlier request had an effect.
func failed(op, key string, err error) error {
	err = fmt.Errorf("%s %q: %w", op, key, err)
	if refused(err) || unsent(err) {
		return location.NewDeterminate(err)
	}
	return location.NewIndeterminate(err)
}

// unbegun is the error of an operation that has sent nothing yet but requests that change
// nothing: however they fail, it had no effect.
func unbegun(op, key string, err error) error {
	return location.NewDeterminate(fmt.Errorf("%s %q: looking up what is there: %w", op, key, err))
}

// begun is the error of an operation of which an earlier request had an effect.
func begun(op, key string, err error) error {
	return location.NewIndeterminate(fmt.Errorf("%s %q: %w", op, key, err))
}

// refused reports whether the server said that it did nothing.
func refused(err error) bool {
	switch statusOf(err) {
	case http.StatusForbidden, http.StatusConflict, http.StatusPreconditionFailed, http.StatusTooManyRequests:
		return true
	}
	// Of an upload that is not there, nobody knows whether it was completed.
	return absent(err) || isAnswer(err, http.StatusNotFound, "NoSuchBucket")
}

// absent reports whether the answer is that there is no such object. That to a HEAD
// has no body that tells it by its proper name.
func absent(err error) bool {
	return isAnswer(err, http.StatusNotFound, "NoSuchKey") || isAnswer(err, http.StatusNotFound, "NotFound")
}

// unsent reports whether there was no connection to send the request on.
func unsent(err error) bool {
	var network *net.OpError
	return errors.As(err, &network) && network.Op == "dial"
}

func isAnswer(err error, status int, code string) bool {
	var answer smithy.APIError
	return statusOf(err) == status && errors.As(err, &answer) && answer.ErrorCode() == code
}

// statusOf returns the status of the answer, 0 when there was none.
func statusOf(err error) int {
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.HTTPStatusCode()
}
