// Clock takes the place of a program and runs it with another time of day, which a test may change while it runs. The environment
// names the program, CLOCK_PROGRAM, and a file that has the seconds by which its clock is ahead, CLOCK_FILE. Programs in Go do not ask libc for the time, but the kernel's vDSO, which
// needs no system call. So the vDSO is taken from the program as it starts, and what its calls of clock_gettime find is changed
// by ptrace; all other calls run as they are. The clock that only goes on (CLOCK_MONOTONIC) is left alone, as a jump leaves it.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

const (
	confined = "CLOCK_CONFINED"

	realtime     = 0
	clockGettime = 228

	auxIgnore, auxVDSO = 1, 33

	setNoNewPrivileges, seccomp, setModeFilter, allThreads = 38, 317, 1, 1
	load, equal, answer                                    = 0x20, 0x15, 0x06
	trace, allow                                           = 0x7ff00000, 0x7fff0000

	eventExec, eventSeccomp = 4, 7
	// System calls are told apart; clones, forks, exec and the filter are followed; the program ends with its tracer.
	options = 0x01 | 0x02 | 0x04 | 0x08 | 0x10 | 0x80 | 0x100000
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "clock:", err)
		os.Exit(125)
	}
}

type instruction struct {
	code     uint16
	yes, no  uint8
	constant uint32
}

// confine lets the tracer see each reading of the time of day, and becomes the program.
func confine(program string, arguments []string) {
	runtime.LockOSThread()
	filter := []instruction{
		{load, 0, 0, 0},
		{equal, 0, 3, clockGettime},
		{load, 0, 0, 16},
		{equal, 0, 1, realtime},
		{answer, 0, 0, trace},
		{answer, 0, 0, allow},
	}
	set := struct {
		length uint16
		filter *instruction
	}{uint16(len(filter)), &filter[0]}
	if _, _, code := syscall.RawSyscall6(syscall.SYS_PRCTL, setNoNewPrivileges, 1, 0, 0, 0, 0); code != 0 {
		check(code)
	}
	if _, _, code := syscall.RawSyscall(seccomp, setModeFilter, allThreads, uintptr(unsafe.Pointer(&set))); code != 0 {
		check(code)
	}
	check(syscall.Exec(program, arguments, os.Environ()))
}

func peek(task int, address uintptr) uint64 {
	var word [8]byte
	_, err := syscall.PtracePeekData(task, address, word[:])
	check(err)
	return binary.LittleEndian.Uint64(word[:])
}

func poke(task int, address uintptr, value uint64) {
	var word [8]byte
	binary.LittleEndian.PutUint64(word[:], value)
	_, err := syscall.PtracePokeData(task, address, word[:])
	check(err)
}

// hide takes the vDSO from what the kernel tells a program about itself: behind its arguments and its environment.
func hide(task int) {
	var registers syscall.PtraceRegs
	check(syscall.PtraceGetRegs(task, &registers))
	at := uintptr(registers.Rsp) + 8
	for lists := 0; lists < 2; at += 8 {
		if peek(task, at) == 0 {
			lists++
		}
	}
	for ; peek(task, at) != 0; at += 16 {
		if peek(task, at) == auxVDSO {
			poke(task, at, auxIgnore)
		}
	}
}

// shift changes the time that a call has found.
func shift(task int, file string) {
	var registers syscall.PtraceRegs
	if syscall.PtraceGetRegs(task, &registers) != nil || registers.Rax != 0 {
		return
	}
	written, err := os.ReadFile(file)
	check(err)
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(written)), 10, 64)
	check(err)
	at := uintptr(registers.Rsi)
	poke(task, at, uint64(int64(peek(task, at))+seconds))
}

func main() {
	file, program := os.Getenv("CLOCK_FILE"), os.Getenv("CLOCK_PROGRAM")
	if os.Getenv(confined) != "" {
		os.Unsetenv(confined)
		confine(program, os.Args)
	}
	// The tracer is a thread, not a process.
	runtime.LockOSThread()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	child := exec.Command("/proc/self/exe", os.Args[1:]...)
	child.Args[0] = os.Args[0]
	child.Env = append(os.Environ(), confined+"=yes")
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	child.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	check(child.Start())
	main := child.Process.Pid
	go func() {
		for found := range signals {
			_ = syscall.Kill(main, found.(syscall.Signal))
		}
	}()
	var status syscall.WaitStatus
	_, err := syscall.Wait4(main, &status, 0, nil)
	check(err)
	check(syscall.PtraceSetOptions(main, options))
	check(syscall.PtraceCont(main, 0))
	for known := map[int]bool{main: true}; ; {
		task, err := syscall.Wait4(-1, &status, syscall.WALL, nil)
		check(err)
		switch {
		case status.Exited() || status.Signaled():
			if task == main && status.Signaled() {
				os.Exit(128 + int(status.Signal()))
			} else if task == main {
				os.Exit(status.ExitStatus())
			}
			delete(known, task)
		case status.StopSignal() == syscall.SIGTRAP|0x80:
			shift(task, file)
			_ = syscall.PtraceCont(task, 0)
		case status.TrapCause() == eventSeccomp:
			_ = syscall.PtraceSyscall(task, 0)
		case status.TrapCause() == eventExec:
			hide(task)
			_ = syscall.PtraceCont(task, 0)
		case status.TrapCause() > 0 || !known[task]:
			// An event of another kind, or a new thread's first stop.
			known[task] = true
			_ = syscall.PtraceCont(task, 0)
		default:
			_ = syscall.PtraceCont(task, int(status.StopSignal()))
		}
	}
}
