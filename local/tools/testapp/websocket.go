package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// RFC 6455: the constant of section 1.3, the opcodes and bits of section 5.2.
const (
	acceptKey    = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
	opcodeClose  = 0x8
	opcodePing   = 0x9
	opcodePong   = 0xA
	opcodeBits   = 0x0F
	maskBit      = 0x80
	lengthBits   = 0x7F
	length16     = 126
	length64     = 127
	maximumFrame = 1 << 20
)

// echo sends each frame back, answers pings, and ends when the client closes. It counts as a socket while it runs,
// because the server's shutdown does not wait for connections that were taken from it.
func echo(w http.ResponseWriter, r *http.Request, sockets *sync.WaitGroup) {
	key := r.Header.Get("Sec-WebSocket-Key")
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") || key == "" {
		http.Error(w, "a WebSocket upgrade is needed", http.StatusUpgradeRequired)
		return
	}
	connection, stream, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	sockets.Add(1)
	defer sockets.Done()
	defer connection.Close()
	sum := sha1.Sum([]byte(key + acceptKey))
	_, _ = fmt.Fprintf(stream, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	for stream.Flush() == nil {
		if closed, err := echoFrame(stream); closed || err != nil {
			_ = stream.Flush()
			return
		}
	}
}

func echoFrame(stream *bufio.ReadWriter) (closed bool, err error) {
	first, payload, err := readFrame(stream.Reader)
	if err != nil {
		return false, err
	}
	switch first & opcodeBits {
	case opcodeClose:
		return true, writeFrame(stream.Writer, first, payload)
	case opcodePing:
		return false, writeFrame(stream.Writer, first&^opcodeBits|opcodePong, payload)
	case opcodePong:
		return false, nil
	}
	return false, writeFrame(stream.Writer, first, payload)
}

func readFrame(reader *bufio.Reader) (first byte, payload []byte, err error) {
	var head [2]byte
	if _, err = io.ReadFull(reader, head[:]); err != nil {
		return 0, nil, err
	}
	length, err := readLength(reader, head[1]&lengthBits)
	if err != nil {
		return 0, nil, err
	}
	if head[1]&maskBit == 0 || length > maximumFrame {
		return 0, nil, errors.New("frame not masked, or too long")
	}
	var mask [4]byte
	if _, err = io.ReadFull(reader, mask[:]); err != nil {
		return 0, nil, err
	}
	payload = make([]byte, length)
	if _, err = io.ReadFull(reader, payload); err != nil {
		return 0, nil, err
	}
	for index := range payload {
		payload[index] ^= mask[index%len(mask)]
	}
	return head[0], payload, nil
}

func readLength(reader io.Reader, short byte) (uint64, error) {
	switch short {
	case length16:
		var length uint16
		err := binary.Read(reader, binary.BigEndian, &length)
		return uint64(length), err
	case length64:
		var length uint64
		err := binary.Read(reader, binary.BigEndian, &length)
		return length, err
	}
	return uint64(short), nil
}

func writeFrame(writer io.Writer, first byte, payload []byte) error {
	frame := []byte{first}
	switch {
	case len(payload) < length16:
		frame = append(frame, byte(len(payload)))
	case len(payload) < 1<<16:
		frame = binary.BigEndian.AppendUint16(append(frame, length16), uint16(len(payload)))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, length64), uint64(len(payload)))
	}
	_, err := writer.Write(append(frame, payload...))
	return err
}
