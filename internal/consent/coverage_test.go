package consent

import (
	"strings"
	"testing"

	"replyflow/internal/message"
)

// wishes are natural ways of saying "don't text me any more", by language.
var wishes = map[string][]string{
	"en": {
		"Please do not send me any more text messages", "Take this number off your texting list", "I don't want to hear from you anymore", "Kindly refrain from texting me", "cancel subscription",
		"cancel my subscription", "end my subscription", "stop subscription", "Please stop my subscription.", "I hereby revoke my consent", "I hereby revoke my consent to receive text messages", "don't call me", "wrong person, stop texting me",
		"un subscribe me", "No more texts to this number please", "I would like to be removed from your list", "please remove me from all lists", "Don't ever text me again", "I do not consent to these messages",
		"You do not have my permission to text me", "please stop all communication", "can you take me off this list?", "Quit sending me stuff", "stop blowing up my phone", "please end all messages to this number",
		"Stop with the texts already", "I want to unsubscribe from this list", "don't text this number again", "Please cease all contact", "never contact this number again", "get me off this list",
		"put me on your do not call list", "I don't know who this is. Stop texting me.", "I never asked for these texts", "I don't want this crap sent. Do not text me.", "I don't need these texts", "I don't want your offers", "cancel these texts",
		"please unsub me", "seriously, stop messaging me",
		"I am requesting that you stop texting me", "Please opt me out of all future messages", "I'd rather not receive these texts", "How can I get off this list?", "You are texting the wrong person. Stop.", "Stop texting me or I'll report you",
	},
	"fr": {
		"Merci de ne plus m'envoyer de messages", "Je ne souhaite plus recevoir vos messages", "Veuillez ne plus me contacter", "Ne me contactez plus", "Arrêtez de m'écrire", "Arretez vos messages svp", "je veux me désabonner",
		"Résiliez mon abonnement", "annuler mon abonnement", "Merci de me retirer de votre liste", "Veuillez supprimer mon numéro", "Je ne veux plus recevoir de SMS de votre part", "N'envoyez plus de messages", "Je me désabonne",
		"Je retire mon consentement", "Mauvais numéro, arrêtez de m'envoyer des sms", "Plus aucun message svp", "plus jamais de messages", "fichez-moi la paix", "Cessez de me contacter", "stop pub", "Je refuse de recevoir vos messages",
		"Ne m'appelez plus", "Je ne désire plus être contactée", "Désinscrivez-moi s'il vous plaît", "Retirez mon numéro de votre liste", "Prière de ne plus m'écrire", "ne m'envoyez plus rien", "m'envoyez plus de messages",
		"Merci d'arrêter de m'envoyer des messages", "Merci de cesser vos envois", "Je ne veux pas être contacté", "Merci d'arrêter", "ne m'envoyer plus de sms",
	},
	"es": {
		"Quiero cancelar", "No me escriban más", "No me vuelvan a contactar", "No deseo recibir más mensajes", "Ya no deseo recibir mensajes de ustedes", "Dejen de molestarme", "Cancelen mi suscripción", "cancelar suscripción",
		"Deme de baja por favor", "Quiero que dejen de enviarme mensajes", "No quiero que me escriban más", "Eliminen mi número de su lista", "Sáquenme de su lista", "Borren mi número", "Revoco mi consentimiento",
		"Número equivocado, no me escriban", "Persona equivocada, dejen de mandarme mensajes", "No más sms por favor", "paren de enviarme mensajes", "No me llamen más", "No envíen más mensajes a este número", "No quiero saber nada de ustedes",
		"Me gustaría darme de baja", "No quiero su publicidad", "No autorizo mensajes", "no me manden nunca más mensajes", "¿Pueden dejar de enviarme mensajes?", "No, dejen de escribirme", "Me doy de baja", "No. Dejen de enviarme mensajes.",
		"Paren por favor", "No molestar", "Prefiero no recibir mensajes", "Solicito la baja", "Cancelen el envío de mensajes",
	},
	"de": {
		"Bitte keine weiteren Nachrichten", "Ich möchte keine Nachrichten mehr von Ihnen erhalten", "Schicken Sie mir keine SMS mehr", "Hören Sie auf, mir zu schreiben", "Ich möchte mich abmelden", "Bitte löschen Sie meine Nummer",
		"Streichen Sie mich aus Ihrem Verteiler", "Hiermit widerrufe ich meine Einwilligung", "Ich widerrufe meine Zustimmung", "Ich will nichts mehr von euch hören", "Kontaktieren Sie mich nie wieder", "Rufen Sie mich nicht mehr an",
		"Schreibt mir nie wieder", "Keine Werbung bitte", "Abo kündigen", "Ich heiße Anna. Schreiben Sie mir bitte nicht mehr.", "Bitte löschen Sie meine Handynummer. Ich bin nicht Frau Meier.", "Bitte Newsletter abbestellen", "Falsche Nummer, bitte schreiben Sie mir nicht mehr", "Lassen Sie mich endlich in Ruhe", "Nicht mehr kontaktieren bitte",
		"Entfernen Sie meine Nummer aus Ihrer Liste", "Keine SMS mehr an diese Nummer", "Bitte tragen Sie mich aus", "Stoppen Sie diese Nachrichten", "Ich kündige mein Abo", "hör auf mir zu schreiben", "Senden Sie mir keine Nachrichten mehr",
		"Bitte melden Sie mich vom Newsletter ab", "Ich moechte keine Werbung mehr bekommen", "Kein Interesse, bitte keine Nachrichten mehr",
		"Ich wünsche keine weiteren Nachrichten", "Bitte senden Sie mir keine Werbung", "Newsletter abmelden", "Bitte nicht mehr anschreiben",
	},
	"pt": {
		"Não envie mais mensagens", "Não me mande mais mensagens", "Não quero mais receber mensagens de vocês", "Parem de me enviar SMS", "Não desejo receber mais mensagens", "Não me ligue mais", "Me remova da lista", "Remova meu número",
		"Tirem meu número da lista", "Quero sair da lista", "Cancele minha assinatura", "cancelar inscrição", "Quero me descadastrar", "Retiro meu consentimento", "Número errado, não me mande mensagens", "Nunca mais me mande mensagens",
		"Não entre mais em contato", "Pare com essas mensagens", "Por favor não me escrevam mais", "Deixem de me enviar mensagens", "Não autorizo o envio de mensagens", "Me deixem em paz", "Gostaria de cancelar minha inscrição",
		"Não quero suas promoções", "Pessoa errada, pare de me mandar mensagens", "chega de mensagens", "Não, pare de me enviar mensagens", "Não me perturbe mais", "Não quero que me enviem mensagens", "Eliminem o meu número",
		"Por favor parem", "Não me mandem mais nada", "Gostaria de não receber mais mensagens", "Pode me tirar da lista?", "Podem remover meu número?", "Cancelar envio de mensagens",
	},
	"it": {
		"Non voglio più ricevere i vostri messaggi", "Non desidero più ricevere SMS", "Non mandatemi più messaggi", "Non scrivetemi più", "Smettetela di mandarmi messaggi", "Basta messaggi", "Basta con questi messaggi", "Toglietemi dalla vostra lista",
		"Cancellate il mio numero", "Vorrei cancellarmi", "Voglio disiscrivermi", "Annullare l'abbonamento", "Disdire iscrizione", "Revoco il mio consenso", "Lasciatemi in pace", "Numero sbagliato, non scrivetemi", "Stop agli sms",
		"Niente più messaggi per favore", "Non chiamatemi più", "Non voglio più essere contattata", "Smettete di scrivermi", "Non contattatemi più", "Rimuovetemi dalla lista", "Vi prego di non scrivermi più", "Non mi scriva più",
		"Non inviatemi altri messaggi", "Non voglio i vostri sms", "potete smettere di mandarmi messaggi?", "mi disiscrivo",
		"Vorrei non ricevere più messaggi", "Non mandatemi più niente", "Non voglio ricevere pubblicità",
	},
	"nl": {
		"Stuur mij geen berichten meer", "Ik wil geen sms meer ontvangen", "Ik wil niets meer ontvangen", "Geen sms'jes meer aub", "Haal mij van jullie lijst", "Verwijder mijn nummer uit jullie bestand", "Schrijf mij uit", "Meld me af",
		"Ik wil me afmelden", "Ik wil me graag uitschrijven", "Neem geen contact meer met mij op", "Bel me niet meer", "Sms me niet meer", "App mij niet meer", "Abonnement opzeggen", "Ik wil mijn abonnement stopzetten", "Ik trek mijn toestemming in",
		"Verkeerd nummer, stuur me geen berichten meer", "Hou op met mij lastig te vallen", "Laat mij met rust", "Stop met mij te appen", "Val me niet meer lastig", "Geen reclame graag", "Stop met het sturen van berichten",
		"Ik wil geen berichten meer van jullie", "Niet meer sms'en aub", "Stop hiermee", "Ik wens geen berichten meer te ontvangen", "Stuur me niets meer",
		"Ik wil niet meer gecontacteerd worden", "Ik wil deze berichten niet meer ontvangen", "Ik wil van de lijst af", "Meld mij af voor berichten",
	},
}

// nearWishes have the words of a wish and aren't one.
var nearWishes = map[string][]string{
	"en": {
		"Get my number from your records", "get me from the database", "get my number from the system", "take my number from your records", "I don't like the offers", "I don't need that stuff", "Cancel my promo", "cancel that stuff", "T.D.", "T D", "T. D.",
		"Stop by the office", "Don't call me, text me", "Don't text me before 9", "Why did you stop texting me?", "cancel my gym subscription tomorrow", "Please remove the second item from my order", "Don't call me. Text me instead.",
		"Don't call me before noon. I sleep late.", "I will stop texting you when I drive", "Don't stop sending me messages", "please don't\nstop texting me", "I don't want to cancel my subscription", "When does my subscription end?",
		"Stop texting me? No, please keep going.", "She told me to stop texting her.", "I don't want to receive it by mail", "Remove me from the waiting list and book me in", "Can you remove me from Tuesday's class?", "No texts came today",
		"Did you get my text? No messages here.", "no messages", "I don't need reminders", "Cancel. My appointment is on Monday.", "I've moved. Stop by when you can.", "I don't want you to\nstop texting me", "I can't stop. Texting me is fine",
		"I don't want the blue one", "I have permission to text them", "unsubscribe my brother from soccer", "Should we stop? Texting me is fine", "Sent from my work phone, stop by",
		"Get me off at 5", "I'd rather not receive it", "Remove me from the list. Is the class full?", "My daughter wrote this. Don't text me, text her.", "Opt me out of the insurance", "No more messages came", "Stop all communication with my ex-husband please",
	},
	"fr": {
		"Plus de messages svp", "Je ne veux plus de rendez-vous", "Annulez mon rendez-vous", "Arrêtez-vous au bureau ?", "l'arrêt de bus", "Je n'ai pas reçu vos messages", "Je ne veux pas manquer vos messages", "Ne m'appelez pas avant 10h",
		"Je ne reçois plus vos messages", "Vous ne m'envoyez plus de messages ?", "Tu ne m'écris plus ?", "Je suis en arrêt maladie", "Merci de ne plus tarder", "Supprimez la deuxième ligne", "Retirez-moi deux billets", "J'arrête de fumer",
		"Pouvez-vous m'envoyer plus de messages", "Désinscrivez mon fils du cours", "Je ne veux plus attendre vos messages",
		"J'ai décidé d'arrêter", "Envoyez plus de messages", "Merci de ne plus appeler Paul", "Arrêtez le traitement ?",
	},
	"es": {
		"Quiero cancelar mi cita", "No quiero cancelar", "No dejen de enviarme mensajes", "no dejen de escribirme por favor", "No quiero darme de baja", "No quiero dejar de recibir mensajes", "No me llames antes de las 9", "Cancela mi cita",
		"¿Por qué dejaron de enviarme mensajes?", "No me envíen el paquete todavía", "No paren de enviarme ofertas", "No he recibido más mensajes", "¿Me pueden enviar más mensajes?", "Salgo a las cinco", "No quiero más tamales",
		"Ya recibí dos cajas. No me envíen más.", "Baja el precio", "¿Paran en la esquina?", "No cancelen mi suscripción", "no quiero salir de la lista", "Para de llover mañana", "No retiro mi consentimiento", "No deseo desuscribirme", "No quisiera dejar de recibir mensajes",
		"No paren", "No quiero sms, quiero una llamada", "Solicito la baja médica", "Prefiero no recibir el paquete",
	},
	"de": {
		"Ich kann morgen nicht mehr", "Bitte schreiben Sie mir nicht mehr vor 9 Uhr", "Ich habe keine Nachrichten mehr erhalten", "Melden Sie mich zum Kurs an", "Schicken Sie mir keine Rechnung mehr per Post", "Löschen Sie meine Bestellung",
		"Warum schreiben Sie mir nicht mehr?", "Hören Sie auf Ihren Arzt?", "Rufen Sie mich nicht vor 10 Uhr an", "Bitte keine Anrufe mehr nach 20 Uhr", "Streichen Sie das Zimmer", "Nehmen Sie mich mit?", "Stopp am Bahnhof",
		"Abmeldung vom Kurs am Freitag", "Schreiben Sie mir nicht mehr so spät", "Handy kaputt. Keine Nachrichten mehr erhalten.", "Keine Nachrichten", "Haltestelle", "Ich möchte das Abo nicht kündigen",
		"Ich kündige mein Abo im Juni", "Keine SMS erhalten", "Ich habe nichts mehr gehört",
	},
	"pt": {
		"Não envie o pacote amanhã", "Não pare de me enviar mensagens", "Pare no mercado", "Por que parou de me enviar mensagens?", "Não recebo mais mensagens", "Quero cancelar minha consulta", "Não me ligue antes das 9", "Não quero mais pizza",
		"Saí de casa", "Remova o item 2 do pedido", "Tire uma foto da lista", "Me tire uma dúvida", "Não quero cancelar", "Vou sair mais cedo", "Não mande mais caixas", "Não me tire da lista", "Não deixem de me enviar mensagens", "Não quero descadastrar",
		"Não quero me descadastrar", "Não cancele minha assinatura", "Não gostaria de cancelar", "Chega amanhã?", "Não me deixe em paz",
		"Não parem", "Vou parar de fumar", "Não me mande embora", "Não quero remover meu número",
	},
	"it": {
		"Non mandatemi più la fattura per posta", "Annulla il mio ordine", "Basta così, grazie", "Non ricevo più messaggi", "Perché non mi scrivete più?", "Non chiamatemi prima delle 9", "Cancellate l'appuntamento", "Non voglio più il tavolo",
		"Toglietemi una curiosità", "Non smettete di mandarmi messaggi", "La fermata dell'autobus", "Rimuovete il secondo articolo", "Mandatemi più messaggi", "Non so più cosa fare", "Non lasciatemi in attesa", "Ho due scatole. Non mandatemi più.",
		"Non voglio annullare l'abbonamento", "Non voglio disiscrivermi",
		"Basta un messaggio", "Vorrei non ricevere la fattura", "Cancella l'ordine",
	},
	"nl": {
		"Stuur mij geen factuur meer", "Ik heb geen berichten meer ontvangen", "Waarom sturen jullie geen berichten meer?", "Bel me niet voor 9 uur", "Stop bij de winkel", "Ik wil mijn afspraak afmelden", "Meld me aan", "De bushalte",
		"Ik kan niet meer komen", "Verwijder mijn bestelling", "Ik wil geen kaas meer", "Stoppen met roken", "Niet meer nodig, dank u", "Wanneer stoppen jullie?", "Ik schrijf me in", "Hou me op de hoogte", "Ik wil me niet afmelden",
		"Stop niet met het sturen van berichten", "Haal me op bij de lijst",
		"Ik heb geen berichten", "Meld mij af voor de les", "Stop met regenen",
	},
}

// Every wish opts out and no near wish does, whether a sender reads one language
// or all of them.
func TestWishesOfEveryLanguage(t *testing.T) {
	t.Parallel()
	every := compile(t, us())
	for _, language := range Languages() {
		policy := us()
		policy.Languages = []string{language}
		for _, rules := range []*Rules{compile(t, policy), every} {
			if len(wishes[language]) < 20 || len(nearWishes[language]) < 15 {
				t.Errorf("%s has %d wishes and %d near wishes", language, len(wishes[language]), len(nearWishes[language]))
			}
			for _, body := range wishes[language] {
				if decided := rules.Decide(text(body)); decided.Verdict != message.VerdictOptOut {
					t.Errorf("%s %v: %q doesn't opt out: %s", language, rules.policy.Languages, body, decided.Rule)
				}
			}
			for _, body := range nearWishes[language] {
				if decided := rules.Decide(text(body)); decided.Verdict == message.VerdictOptOut {
					t.Errorf("%s %v: %q opts out by %s, %s", language, rules.policy.Languages, body, decided.Rule, decided.Keyword)
				}
			}
		}
	}
}

// Every phrase of the lists is a wish, and those marked so are one in a sentence of
// a longer message too: no idiom and no other list stands in the way.
func TestEveryPhraseOptsOut(t *testing.T) {
	t.Parallel()
	rules := compile(t, us())
	for language, list := range shipped() {
		for _, group := range list.Phrases {
			for _, pattern := range group.Patterns {
				for _, body := range sayings(t, pattern, language, list.Slots) {
					if decided := rules.Decide(text(body)); decided.Verdict != message.VerdictOptOut {
						t.Errorf("%s %q: %q doesn't opt out: %s", language, pattern, body, decided.Rule)
					}
					longer := "Ann Example here. " + body + ". See you"
					if decided := rules.Decide(text(longer)); group.Sentence && decided.Rule != RuleSoftSentence {
						t.Errorf("%s %q: %q is taken by %s", language, pattern, longer, decided.Rule)
					}
				}
			}
		}
	}
}

// sayings are a phrase with the first and with the last entries of its slots, with
// and without what is optional.
func sayings(t *testing.T, text, language string, slots map[string][]string) []string {
	t.Helper()
	parsed, err := parsePattern(text, language, slots)
	if err != nil {
		t.Fatal(err)
	}
	var first, last string
	for _, element := range parsed.elements {
		if !element.optional {
			first += " " + strings.Join(element.choices[0], " ")
		}
		last += " " + strings.Join(element.choices[len(element.choices)-1], " ")
	}
	return []string{first, last}
}

// A slot that no phrase uses is a slip of the pen.
func TestEverySlotIsUsed(t *testing.T) {
	t.Parallel()
	for language, list := range shipped() {
		var patterns strings.Builder
		for _, group := range list.Phrases {
			patterns.WriteString(strings.Join(group.Patterns, " "))
		}
		patterns.WriteString(strings.Join(list.NearMiss.Idioms, " "))
		for slot := range list.Slots {
			if used := patterns.String(); !strings.Contains(used, "{"+slot+"}") && !strings.Contains(used, "{"+slot+"?}") {
				t.Errorf("%s: no phrase uses the slot %s", language, slot)
			}
		}
	}
}
