package embedded

import (
	"errors"
	"sync"
	"testing"
)

func TestAPlaceIsOpenedOnceAndClosedByTheLast(t *testing.T) {
	var r Registry[*int]
	var opened, shut int // the registry's lock guards them
	open := func() (*int, error) { opened++; return new(opened), nil }
	var all sync.WaitGroup
	first, _ := r.Acquire("here", open)
	for range 8 {
		all.Go(func() {
			if again, _ := r.Acquire("here", open); again != first {
				t.Error("not the same place")
			}
			r.Release("here", func(*int) error { shut++; return nil })
		})
	}
	all.Wait()
	if opened != 1 || shut != 0 {
		t.Errorf("opened %d times, closed %d times while in use", opened, shut)
	}
	failure := errors.New("cannot close")
	if err := r.Release("here", func(*int) error { return failure }); err != failure {
		t.Errorf("the last release: %v", err)
	}
	if again, _ := r.Acquire("here", open); again == first {
		t.Error("the place outlived its last handle")
	}
}

func TestAPlaceThatCannotBeOpenedIsNotKept(t *testing.T) {
	var r Registry[int]
	failure := errors.New("cannot open")
	if _, err := r.Acquire("here", func() (int, error) { return 0, failure }); err != failure {
		t.Errorf("acquire: %v", err)
	}
	if n, err := r.Acquire("here", func() (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Errorf("the second try: %d, %v", n, err)
	}
}
