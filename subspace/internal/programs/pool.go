package programs

import (
	"container/list"
	"sync"
)

// A pool shares the programs of a process, known by K, between all who want them. One
// that nobody wants any more stays for the next, as long as such programs are within
// a bound; those that were let go first go first. The zero value keeps none of them.
type pool[K, P comparable] struct {
	most int64   // bytes of the programs that nobody wants
	free func(P) // frees one for good

	lock     sync.Mutex
	programs map[K]*shared[K, P]
	of       map[P]*shared[K, P]
	idle     list.List // of those that nobody wants, in the order in which they were let go
	bytes    int64     // of those in idle
}

type shared[K, P comparable] struct {
	key     K
	program P
	size    int64
	users   int
	idle    *list.Element // nil while there are users
}

// take returns a program for one more user, if there is one.
func (p *pool[K, P]) take(k K) (program P, there bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.use(k)
}

// use is take for who has the lock.
func (p *pool[K, P]) use(k K) (program P, there bool) {
	s, there := p.programs[k]
	if !there {
		return program, false
	}
	if s.idle != nil {
		p.idle.Remove(s.idle)
		s.idle = nil
		p.bytes -= s.size
	}
	s.users++
	return s.program, true
}

// add shares a program of so many bytes, which has one user, and returns it; where
// another was quicker to add one, that is the one to use, and this is freed.
func (p *pool[K, P]) add(k K, program P, size int64) P {
	p.lock.Lock()
	defer p.lock.Unlock()
	if first, there := p.use(k); there {
		p.free(program)
		return first
	}
	if p.programs == nil {
		p.programs, p.of = map[K]*shared[K, P]{}, map[P]*shared[K, P]{}
	}
	s := &shared[K, P]{key: k, program: program, size: size, users: 1}
	p.programs[k], p.of[program] = s, s
	return program
}

// done says that a user is done with a program, and reports whether it is one of
// the pool's.
func (p *pool[K, P]) done(program P) bool {
	p.lock.Lock()
	defer p.lock.Unlock()
	s, ours := p.of[program]
	if !ours {
		return false
	}
	switch s.users--; {
	case s.users > 0:
	case p.programs[s.key] != s: // it was forgotten
		delete(p.of, program)
		p.free(program)
	default:
		s.idle = p.idle.PushBack(s)
		p.bytes += s.size
		p.shrink(p.most)
	}
	return true
}

// shrink frees idle programs until the others are within so many bytes.
func (p *pool[K, P]) shrink(most int64) {
	for p.bytes > most {
		p.remove(p.idle.Front().Value.(*shared[K, P]))
	}
}

func (p *pool[K, P]) remove(s *shared[K, P]) {
	p.idle.Remove(s.idle)
	p.bytes -= s.size
	delete(p.programs, s.key)
	delete(p.of, s.program)
	p.free(s.program)
}

// forget takes the programs whose keys are such from the pool: at once those that are
// idle, and the others when their users are done with them. Nobody gets them any more.
func (p *pool[K, P]) forget(such func(K) bool) {
	p.lock.Lock()
	defer p.lock.Unlock()
	for k, s := range p.programs {
		switch {
		case !such(k):
		case s.idle != nil:
			p.remove(s)
		default:
			delete(p.programs, k)
		}
	}
}
