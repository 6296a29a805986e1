package workload

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestACallContextEndsWhenARealOneWould(t *testing.T) {
	type key struct{}
	for _, test := range []struct {
		name string
		end  func(c *callContext, cancelParent func())
		want error
	}{
		{"by its deadline", func(*callContext, func()) { time.Sleep(time.Second) }, context.DeadlineExceeded},
		{"by its parent", func(_ *callContext, cancel func()) { cancel() }, context.Canceled},
		{"by the end of the call", func(c *callContext, _ func()) { c.end() }, context.Canceled},
	} {
		for _, early := range []bool{true, false} {
			t.Run(test.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					parent, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
					defer cancel()
					c := &callContext{parent: parent, deadline: time.Now().Add(time.Second)}
					defer c.end()
					if c.Err() != nil {
						t.Errorf("at first: %v", c.Err())
					}
					var child context.Context
					if early {
						var cancelChild func()
						child, cancelChild = context.WithCancel(c)
						defer cancelChild()
						if child.Err() != nil || child.Value(key{}) != "value" {
							t.Errorf("derived: %v, %v", child.Err(), child.Value(key{}))
						}
					}
					test.end(c, cancel)
					synctest.Wait()
					if !errors.Is(c.Err(), test.want) {
						t.Errorf("in the end: %v", c.Err())
					}
					if !early {
						child = c
					}
					select {
					case <-child.Done():
					default:
						t.Error("not done")
					}
					if !errors.Is(child.Err(), test.want) {
						t.Errorf("derived, in the end: %v", child.Err())
					}
				})
			})
		}
	}
}
