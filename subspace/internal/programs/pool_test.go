package programs

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// A program is shared while there is a user, stays when there is none, and goes when
// those that stay are too many, the longest unused first.
func TestPool(t *testing.T) {
	var freed []int
	p := pool[string, int]{most: 20, free: func(program int) { freed = append(freed, program) }}
	if _, there := p.take("a"); there {
		t.Fatal("an empty pool has a program")
	}
	p.add("a", 1, 10)
	if got, there := p.take("a"); !there || got != 1 {
		t.Fatalf("%d, %t, want 1", got, there)
	}
	if got := p.add("a", 9, 10); got != 1 || !slices.Equal(freed, []int{9}) {
		t.Errorf("who adds second gets %d, freed %v: want 1, and 9 freed", got, freed)
	}
	for range 3 {
		if !p.done(1) {
			t.Error("a program of the pool's is not known")
		}
	}
	if p.done(9) {
		t.Error("a program that is not the pool's is known")
	}
	p.add("b", 2, 10)
	p.add("c", 3, 10)
	p.done(2)
	if got, _ := p.take("a"); got != 1 || len(freed) != 1 {
		t.Errorf("idle programs within the bound: got %d, freed %v", got, freed)
	}
	p.done(1) // now b is the longest unused
	p.done(3)
	if !slices.Equal(freed, []int{9, 2}) {
		t.Errorf("freed %v, want 9 and 2", freed)
	}
	p.forget(func(k string) bool { return k == "c" })
	if _, there := p.take("c"); there || !slices.Equal(freed, []int{9, 2, 3}) {
		t.Errorf("freed %v, want 9, 2 and 3", freed)
	}
	p.take("a")
	p.take("a")
	p.forget(func(string) bool { return true })
	if _, there := p.take("a"); there || len(freed) != 3 {
		t.Error("a program in use is freed, or still had after it was forgotten")
	}
	p.add("a", 5, 10)
	p.done(1)
	if len(freed) != 3 {
		t.Error("a forgotten program is freed under a user")
	}
	p.done(1)
	if got, _ := p.take("a"); got != 5 || !slices.Equal(freed, []int{9, 2, 3, 1}) || p.done(1) {
		t.Errorf("after a forgotten program's last user: %d, freed %v", got, freed)
	}
	p.done(5)
	p.done(5)
	p.add("d", 4, 100)
	p.done(4)
	if freed[len(freed)-1] != 4 {
		t.Error("a program above the bound stays")
	}
}

// Who adds what another has added and let go is its user, like one who takes it: it is
// idle no more.
func TestPoolAddOfIdle(t *testing.T) {
	var freed []int
	p := pool[string, int]{most: 10, free: func(program int) { freed = append(freed, program) }}
	p.add("a", 1, 10)
	p.done(1)
	if got := p.add("a", 2, 10); got != 1 {
		t.Errorf("got %d, want 1", got)
	}
	p.add("b", 3, 10)
	p.done(3) // the idle ones are above the bound, if a is one of them
	if !slices.Equal(freed, []int{2}) || !p.done(1) {
		t.Errorf("freed %v, want 2 alone: 1 has a user", freed)
	}
}

// Many users at once: no program is freed under a user, nor twice, and all are freed in
// the end.
func TestPoolConcurrent(t *testing.T) {
	var lock sync.Mutex
	users, next, alive := map[int]int{}, 0, 0
	p := pool[int, int]{most: 5, free: func(program int) {
		lock.Lock()
		defer lock.Unlock()
		if users[program] != 0 {
			t.Errorf("program %d is freed with %d users", program, users[program])
		}
		users[program] = -1
		alive--
	}}
	var all sync.WaitGroup
	for worker := range uint64(8) {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(2, worker))
			for range 20_000 {
				k := rng.IntN(10)
				program, there := p.take(k)
				if !there {
					lock.Lock()
					next++
					alive++
					fresh := next
					lock.Unlock()
					program = p.add(k, fresh, 1)
				}
				lock.Lock()
				if users[program] < 0 {
					t.Errorf("program %d was freed", program)
				}
				users[program]++
				lock.Unlock()

				lock.Lock()
				users[program]--
				lock.Unlock()
				p.done(program)
			}
		})
	}
	all.Wait()
	if alive > 5 {
		t.Errorf("%d programs stay, want at most 5", alive)
	}
	p.forget(func(int) bool { return true })
	if alive != 0 || len(p.programs) != 0 || len(p.of) != 0 || p.bytes != 0 {
		t.Errorf("%d programs are never freed", alive)
	}
}
