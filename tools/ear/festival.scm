; What the model's training asks of Festival: phones of a text, or its sound.
(voice_msu_ru_nsh_clunits)

(define (synthesised text)
  (utt.synth (eval (list 'Utterance 'Text text))))

; @number| <word> phone phone … <word> phone …
(define (spell number text)
  (Parameter.set 'Synth_Method 'None)
  (let ((utterance (synthesised text)))
    (format t "@%d|" number)
    (mapcar
     (lambda (word)
       (format t " <%s>" (item.name word))
       (mapcar
        (lambda (syllable)
          (mapcar (lambda (phone) (format t " %s" (item.name phone))) (item.daughters syllable)))
        (item.daughters (item.relation word 'SylStructure))))
     (utt.relation.items utterance 'Word))
    (format t "\n")))

(define (say file text)
  (utt.save.wave (synthesised text) file 'riff))

