package ghost

type pool struct{}

func (x *Executor) warm(*plan) *body { return nil }
func (x *Executor) refill(*plan)     {}
func (x *Executor) drain()           {}
