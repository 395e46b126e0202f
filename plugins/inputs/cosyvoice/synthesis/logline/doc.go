// Package logline turns the bytes of a CosyVoice server's log into records: what each
// line says, without the text that was spoken.
//
// The servers write through Python's logging, tqdm, print, uvicorn and the interpreter's
// own tracebacks to one file, without identifiers. A record is recognised by its message
// and not by its header, which wrappers change; a line that only quotes a message, such as
// the text of a request, is not one.
//
// # What a text can pretend
//
// A text that is spoken stands in the log as it came, line feeds included, so its second
// line begins like any other. These are told apart and counted as suspicious:
//
//   - a record whose header looks otherwise than those of the records before it: without
//     a time in a log with times, say. A new look is believed when the model was loaded
//     with it, or from the 16th record in a row on.
//   - inside a text, a record with a time more than a second before the text's first line
//     or more than a day after it, and audio that was begun more than five minutes after
//     it. One is passed over; the next is believed, for the clock may have been set.
//
// These cannot be told from what they pretend to be: a line with the very header that the
// log has and a likely time; a bar; a line of an access log; the word of a shell that a
// program was killed; a traceback with at least one frame. In a log whose records have no
// header at all, any line of a text can be one.
//
// A text that only contains such words, without a line feed before them, pretends nothing.
package logline
