# SPDX-License-Identifier: Apache-2.0
"""What the synthetic respondents write, and the themes a coder would give: invented sentences without any name.

An open answer is one sentence, or two of two themes. THEMES[codebook] gives, for the exact text, its themes.
"""

SENTENCES = {
    "code_satisfaction": {
        "ecoute_confiance": ["L’écoute et la confiance installées au fil des réunions.",
                             "On nous écoute vraiment, sans jugement.",
                             "La bienveillance de l’équipe, dès la première rencontre."],
        "reconnaissance": ["La parole des usagers compte autant que celle des soignants.",
                           "Notre savoir de l’expérience est enfin reconnu.",
                           "Être considéré comme un membre de l’équipe à part entière."],
        "complementarite": ["La complémentarité des regards, chacun avec son expérience.",
                            "Soignants et patients apportent des choses différentes et utiles.",
                            "Nos points de vue se complètent bien."],
        "amelioration_soins": ["Les parcours de soins s’améliorent de façon visible.",
                               "Les documents remis aux patients sont devenus plus clairs.",
                               "L’accueil dans le service a changé grâce à ce travail."],
        "co_construction": ["Les projets sont construits ensemble, du début à la fin.",
                            "Nous avons écrit le programme à plusieurs mains.",
                            "Les décisions sont prises en commun."],
        "accueil_implication": ["L’implication des professionnels et la qualité de l’accueil.",
                                "Une équipe disponible, qui prend le temps d’expliquer.",
                                "L’intérêt sincère des soignants pour la démarche."],
        "enrichissement": ["Un enrichissement personnel et des rencontres précieuses.",
                           "J’apprends à chaque séance.",
                           "Le sentiment d’être utile aux autres."],
        "aucun": ["Rien de particulier pour le moment."],
    },
    "code_ameliorations": {
        "reconnaissance_statut": ["Un vrai statut pour les patients partenaires.",
                                  "Une reconnaissance officielle de notre rôle.",
                                  "Clarifier la place de chacun dans les projets."],
        "sollicitation_precoce": ["Être associés dès le début, et non quand tout est décidé.",
                                  "Nous solliciter plus souvent et plus tôt.",
                                  "Penser aux usagers au moment de l’idée, pas à la fin."],
        "communication_retours": ["Recevoir un retour après chaque intervention.",
                                  "Mieux communiquer entre deux réunions.",
                                  "Des comptes rendus plus simples et envoyés plus vite."],
        "formation": ["Former ensemble les professionnels et les patients.",
                      "Davantage de formations près de chez nous.",
                      "Préparer les nouveaux intervenants."],
        "moyens_temps": ["Du temps dédié et des moyens pour se déplacer.",
                         "Prévoir un budget pour ces actions.",
                         "Libérer du temps pour les soignants engagés."],
        "implication_institution": ["Un soutien plus net de la direction.",
                                    "Que l’institution inscrive la démarche dans ses priorités.",
                                    "Un engagement durable de l’établissement."],
        "recrutement": ["Trouver de nouveaux volontaires, nous sommes trop peu.",
                        "Faire connaître la démarche pour attirer d’autres patients.",
                        "Renouveler le groupe, toujours composé des mêmes personnes."],
        "organisation": ["Des horaires compatibles avec une activité professionnelle.",
                         "Un calendrier fixé longtemps à l’avance.",
                         "Un interlocuteur unique pour s’organiser."],
        "rien": ["Rien à améliorer, tout se passe bien."],
    },
    "code_impact": {
        "qualite_parcours": ["Des parcours plus simples et mieux coordonnés.",
                             "La qualité de la prise en soins progresse.",
                             "Une meilleure coordination entre la ville et l’hôpital.",
                             "Des soins mieux adaptés à la vie quotidienne."],
        "experience_besoins": ["Les besoins réels des patients sont mieux pris en compte.",
                               "L’expérience des usagers entre dans nos décisions.",
                               "On part enfin de ce que vivent les personnes.",
                               "Nos projets répondent à des attentes exprimées."],
        "posture_representations": ["Les étudiants changent de posture et de regard.",
                                    "Les représentations sur la maladie évoluent dès la formation.",
                                    "Une posture plus humble face aux savoirs des patients."],
        "complementarite": ["Les savoirs se complètent et les regards évoluent.",
                            "La mise en commun des compétences profite à tous.",
                            "Chacun découvre les contraintes de l’autre."],
        "pratiques_reflexivite": ["Une réflexion sur nos pratiques professionnelles.",
                                  "Les équipes prennent du recul sur leurs habitudes.",
                                  "Les pratiques s’améliorent parce qu’elles sont questionnées."],
        "soutien_proches": ["Les proches trouvent un soutien et une information.",
                            "Le vécu des familles est mieux compris."],
        "vecu_maladie": ["Le vécu de la maladie est mieux compris.",
                         "Un témoignage sensibilise plus qu’un long cours.",
                         "On comprend ce que veut dire vivre avec un traitement."],
        "relation_soignant_soigne": ["Une relation plus équilibrée entre soignants et soignés.",
                                     "Le dialogue devient plus simple et plus humain.",
                                     "Davantage de savoir-être dans les échanges."],
        "pair_aidance": ["L’aide entre pairs apporte ce que nous ne savons pas faire.",
                         "Parler avec quelqu’un qui a vécu la même chose rassure."],
        "adhesion_soins": ["Les patients comprennent et suivent mieux leurs soins.",
                           "L’adhésion aux programmes est meilleure."],
        "qvt": ["Le travail retrouve du sens pour l’équipe.",
                "Une meilleure ambiance dans le service."],
        "sans_impact": ["Je n’ai pas encore vu d’effet."],
    },
    "code_besoins": {
        "temps": ["Du temps, tout simplement.",
                  "Des heures réservées à ces projets dans le planning.",
                  "Plus de disponibilité de part et d’autre."],
        "rh_finances": ["Des financements stables.",
                        "Un poste de coordination, même partagé.",
                        "De quoi indemniser correctement les interventions."],
        "instances_reconnaissance": ["Une reconnaissance par les instances.",
                                     "Que les tutelles en fassent une priorité écrite.",
                                     "Un cadre clair, valable partout dans la région."],
        "connaitre_pp": ["Savoir quels patients partenaires sont disponibles près d’ici.",
                         "Une liste à jour de personnes à contacter.",
                         "Rencontrer des patients partenaires prêts à intervenir."],
        "appui_methodologique": ["Un appui méthodologique pour démarrer.",
                                 "Des modèles de convention et des guides pratiques.",
                                 "Être accompagnés pour le premier projet."],
        "visibilite": ["Rendre visibles les projets qui marchent.",
                       "Des exemples concrets, racontés simplement.",
                       "Mieux faire connaître la démarche aux équipes."],
        "se_former_rencontrer": ["Des formations communes et des journées de rencontre.",
                                 "Échanger avec d’autres équipes engagées.",
                                 "Un groupe de travail régional, deux fois par an."],
        "rien": ["Rien de plus pour l’instant."],
    },
    "code_motifs": {
        "pas_de_projet": ["Pas de projet dans ce sens pour l’instant."],
        "pas_de_correspondance": ["Cela ne correspond pas à mes missions pédagogiques."],
    },
}

# Themes that a book reserves to some audiences.
ONLY = {
    ("code_impact", "posture_representations"): {"formation"},
    ("code_impact", "complementarite"): {"associations", "equipes"},
    ("code_impact", "soutien_proches"): {"associations"},
}
# Sentences that say « nothing »: alone, never beside another.
ALONE = {"aucun", "rien", "sans_impact"}

OTHERS = ["selon les besoins du moment", "à définir avec l’équipe", "au cas par cas", "en construction",
          "dispositif local", "avec une autre structure", "projet à l’étude", "variable selon les années"]
MESSAGES = ["Merci pour cette démarche.", "Je suis disponible plutôt en fin de journée.",
            "Heureux de lire bientôt les résultats."]

THEMES = {}
for _book, _themes in SENTENCES.items():
    _table = THEMES.setdefault(_book, {})
    for _theme, _lines in _themes.items():
        for _line in _lines:
            _table[_line] = (_theme,)
    for _first, _lines in _themes.items():
        for _second, _others in _themes.items():
            if _first != _second and not {_first, _second} & ALONE:
                for _line in _lines:
                    for _other in _others:
                        _table[f"{_line} {_other}"] = (_first, _second)


def texts_for(codebook, audience, size):
    """The texts of one (size 1) or two themes that a person of this audience could write."""
    return [text for text, themes in THEMES[codebook].items() if len(themes) == size
            and all(audience in ONLY.get((codebook, theme), {audience}) for theme in themes)]
