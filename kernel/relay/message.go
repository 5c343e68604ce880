package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A message is one of Jupyter's, as it travels in frames:
//
//	identities… <IDS|MSG> signature header parent-header metadata content buffers…
//
// See https://jupyter-client.readthedocs.io/en/stable/messaging.html.
type message struct {
	identities [][]byte
	body       [4]json.RawMessage // header, parent header, metadata, content: what is signed
	buffers    [][]byte

	header, parent header // as the body says
}

type header struct {
	ID      string `json:"msg_id"`
	Type    string `json:"msg_type"`
	Session string `json:"session"`
	User    string `json:"username"`
	Date    string `json:"date"`
	Version string `json:"version"`
}

const (
	delimiter = "<IDS|MSG>"

	headerPart = iota - 1
	parentPart
	metadataPart
	contentPart
)

// A key signs messages: both sides of a kernel know it, nobody else does.
type key []byte

func (k key) sign(body [4]json.RawMessage) string {
	if len(k) == 0 {
		return "" // Jupyter's word for: not signed
	}
	mac := hmac.New(sha256.New, k)
	for _, part := range body {
		mac.Write(part)
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// read takes a message out of its frames.
func (k key) read(frames [][]byte) (m message, err error) {
	at := 0
	for at < len(frames) && string(frames[at]) != delimiter {
		at++
	}
	if len(frames) < at+6 {
		return m, fmt.Errorf("a message of %d frames: want identities, %s and five or more", len(frames), delimiter)
	}
	m.identities = frames[:at]
	for i := range m.body {
		m.body[i] = frames[at+2+i]
	}
	m.buffers = frames[at+6:]
	if !hmac.Equal(frames[at+1], []byte(k.sign(m.body))) {
		return m, errors.New("a message with a wrong signature")
	}
	if err := json.Unmarshal(m.body[headerPart], &m.header); err != nil {
		return m, fmt.Errorf("a message's header: %w", err)
	}
	if err := json.Unmarshal(m.body[parentPart], &m.parent); err != nil {
		return m, fmt.Errorf("a message's parent header: %w", err)
	}
	return m, nil
}

// frames puts a message into frames, signed.
func (k key) frames(m message) [][]byte {
	frames := append([][]byte{}, m.identities...)
	frames = append(frames, []byte(delimiter), []byte(k.sign(m.body)))
	for _, part := range m.body {
		frames = append(frames, part)
	}
	return append(frames, m.buffers...)
}

// content reads a message's content.
func (m message) content(into any) error { return json.Unmarshal(m.body[contentPart], into) }

// with returns the message with another content.
func (m message) with(content any) message {
	m.body[contentPart] = mustJSON(content)
	return m
}

// answer is a message of our own that answers another.
func (m message) answer(kind string, content any) message {
	a := message{
		header: header{
			ID: rand.Text(), Type: kind, Session: m.header.Session, User: "kernel",
			Date: time.Now().UTC().Format(time.RFC3339Nano), Version: "5.4",
		},
		parent: m.header,
	}
	a.body = [4]json.RawMessage{mustJSON(a.header), m.body[headerPart], json.RawMessage("{}"), mustJSON(content)}
	return a
}

// reply is an answer that goes to who has asked alone.
func (m message) reply(kind string, content any) message {
	a := m.answer(kind, content)
	a.identities = m.identities
	return a
}

// state is the publication of what the kernel is because of a request: busy or idle.
func (m message) state(name string) message {
	return m.answer("status", map[string]string{"execution_state": name})
}

// as returns the message with another type and content.
func (m message) as(kind string, content any) message {
	m.header.Type = kind
	m.body[headerPart] = mustJSON(m.header)
	return m.with(content)
}

// mustJSON is for values of ours, which can be written.
func mustJSON(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}
