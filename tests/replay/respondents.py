# SPDX-License-Identifier: Apache-2.0
"""The 412 synthetic respondents of 2023, made from the published figures with a fixed seed.

everybody() gives them with their answers, page of leaving, way in and habits, then a few people who come by
without a usable answer and must change no figure. Every total that is written here as a plain number is a
published one (figures-2023.csv) or keeps within them; the weights of options are plausible inventions.

usage: respondents.py    prints a summary after checking every published figure
"""

import functools
import random

from builder import Builder, Respondent
from questionnaire import AUDIENCES, places
from sentences import MESSAGES

SEED = "barometre-2023"
SIZES = {"associations": 80, "patients": 126, "equipes": 101, "etablissements": 66, "formation": 39}
CONTACTED = {"associations": 348, "patients": 162, "equipes": 813, "etablissements": 259, "formation": 105}
BY_OPEN_LINK = 25  # associations that came by the newsletter

TOULOUSE, MONTPELLIER, NIMES, PERPIGNAN, FOIX = "31555", "34172", "30189", "66136", "09122"
CITIES = {TOULOUSE: 24, MONTPELLIER: 20, NIMES: 9, PERPIGNAN: 6, FOIX: 2}
TOWNS = ("Narbonne (11)", "Béziers (34)", "Albi (81)", "Castres (81)", "Montauban (82)", "Tarbes (65)", "Auch (32)",
         "Cahors (46)", "Mende (48)", "Rodez (12)", "Millau (12)", "Carcassonne (11)", "Alès (30)", "Sète (34)",
         "Lunel (34)", "Muret (31)", "Blagnac (31)", "Colomiers (31)", "Lourdes (65)", "Pamiers (09)",
         "Figeac (46)", "Limoux (11)", "Céret (66)", "Castelnaudary (11)", "Gaillac (81)", "Saint-Gaudens (31)",
         "Bagnols-sur-Cèze (30)", "Villefranche-de-Rouergue (12)", "Moissac (82)", "Condom (32)")

AGREEMENT = {"benevolat_sans_defraiement": 9, "benevolat_avec_defraiement": 12, "dedommagement": 4, "vacation": 3,
             "salariat": 2, "intervenant_exterieur": 2, "convention_association": 6, "nsp": 1, "other": 1}
OBSTACLES = {"disponibilite": 20, "benevolat": 12, "visibilite_plus_value": 11, "recrutement": 9,
             "reconnaissance": 12, "moyens": 10, "representations": 7, "competences": 5, "profil_ru": 3,
             "institution": 6, "indemnisation": 8, "methode": 6, "sollicitation": 9, "distance": 6,
             "cadre_juridique": 3, "instrumentalisation": 2, "other": 2}
SUPPORTS = {"confiance": 20, "volonte_institutionnelle": 14, "representations": 7, "clarification_competences": 8,
            "disponibilite": 11, "dedommagement": 7, "caracterisation": 4, "reconnaissance": 13,
            "appui_methodologique": 8, "visibilite_plus_value": 9, "formation": 12, "rencontres": 11, "annuaire": 4,
            "moyens": 9, "referent": 7, "other": 1}
PUBLICS = {"paramedical_initiale": 10, "medical_initiale": 7, "paramedical_continue": 8, "medical_continue": 6,
           "autres_etudiants": 4, "other": 1}
ETP = {"temoigner": 12, "presenter_association": 9, "soutenir_accompagner": 10, "animer_binome": 10,
       "animer_seul": 4, "concevoir": 8, "recueillir_besoins": 6, "bilan_educatif": 3, "outils": 6,
       "coordination": 4, "evaluer": 6, "promouvoir": 7, "other": 1}
DEPARTMENTS = {"d31": 20, "d34": 17, "d30": 11, "d66": 8, "d11": 7, "d81": 8, "d82": 5, "d12": 5, "d09": 5, "d65": 5,
               "d32": 4, "d46": 4, "d48": 3, "region": 16, "national": 6, "other": 1}
PROJECT = {"oui": 40, "en_cours": 25, "non": 25, "nsp": 10}
YES_NO = {"oui": 70, "non": 20, "nsp": 10}
INTENTION = {"oui": 62, "non": 12, "indecis": 26}
DIRECTORY = {"oui": 55, "non": 22, "deja": 8, "nsp": 15}
NETWORK = {"oui": 40, "non": 35, "ne_connait_pas": 25}
SATISFACTION = {"3": 38, "2": 42, "1": 15, "0": 5}
RESEARCH = {"priorites": 6, "conception": 6, "documents": 7, "recrutement": 4, "recueil": 5, "analyse": 2,
            "pilotage": 5, "valorisation": 3, "evaluation": 3, "other": 1}
TRAINING = {"concevoir": 8, "animer_binome": 10, "animer_seul": 6, "temoigner": 12, "tutorat": 4, "evaluer": 5,
            "orienter": 7, "other": 1}
TEACHING = {"animer_binome": 9, "temoigner": 13, "animer_seul": 6, "simulation": 4, "concevoir": 8,
            "evaluer_formation": 5, "evaluer_apprenants": 3, "presenter_association": 9, "gouvernance": 3, "other": 1}


@functools.cache
def towns():
    codes = {label: code for code, label in places().items()}
    return tuple(codes[label] for label in TOWNS)


def localities(build, size, weights, elsewhere=()):
    """So many communes: the cities by weight, the rest spread over the towns."""
    rest = size - sum(weights.values()) - len(elsewhere)
    spread = [towns()[place % len(towns())] for place in range(rest)]
    build.value("localite", size, [code for code, count in weights.items() for _ in range(count)] + spread
                + list(elsewhere))


def associations():
    build = Builder("associations", SIZES["associations"], SEED)
    localities(build, 80, {TOULOUSE: 19, MONTPELLIER: 16, NIMES: 7, PERPIGNAN: 3, FOIX: 3})
    build.value("nom_structure", 75, [f"Association d’essai nº {number}" for number in range(1, 76)])
    build.tick("territoire_action", 80, 130, DEPARTMENTS)
    build.choose("qualite_repondant", 61, {"president": 22, "bureau": 9, "administrateur": 8, "delegue": 7, "ru": 6,
                                           "benevole": 5, "salarie": 6, "other": 1})
    build.tick("pathologies", 72, 118, {code: 20 - place for place, code in enumerate(
        ["cancer", "diabete", "neuro", "handicap", "sante_mentale", "respiratoire", "cardio", "rares", "toutes",
         "renal", "douleur", "aidants", "rhumato", "addictions", "digestif", "endocrino", "vih_hepatites", "sang"])})
    build.choose("projet_associatif", 80, PROJECT)
    build.choose("experience_12_mois", 80, {"oui": 58, "non": 17, "nsp": 5})
    build.tick("publics_vulnerables", 52, 96, {
        "aller_vers": 9, "horaires_lieux": 8, "distance": 9, "frais": 6, "falc": 5, "interpretariat": 3,
        "accessibilite": 7, "accompagnement": 9, "preparation": 7, "anonymat": 3, "other": 1}, alone={"aucune": 6})
    associations_domains(build)
    build.choose("reunions_sollicitation", 71, YES_NO)
    build.choose("satisfaction", 71, SATISFACTION, non_concerne=3)
    build.write("satisfaction_elements", 48, 66)
    build.write("ameliorations", 39, 54)
    build.write("impact", 44, 61)
    build.leave("bilan", 3)
    build.tick("freins", 56, 161, OBSTACLES, alone={"aucun": 2})
    build.tick("leviers", 54, 150, SUPPORTS)
    build.leave("freins_leviers", 2)
    build.choose("intention_12_mois", 50, INTENTION)
    build.choose("dynamique_regionale", 67, NETWORK, souhaite_rejoindre=27)
    build.write("besoins", 23, 30)
    build.choose("annuaire", 60, DIRECTORY)
    build.leave("suites", 2)
    return build


def associations_domains(build):
    """The grid of domains and its seven pages. Who leaves early is settled first: « oui » counts those who go on."""
    build.leave("domaines", 4)
    build.row("domaines_intervention", "patients", build.staying("domaines"), 69)
    with_patients = build.here("domaine_patients")
    for row, yes in (("formation_patients", 38), ("etp", 41), ("formation_pros", 38), ("etablissements", 50),
                     ("instances", 40), ("recherche", 27)):
        going_on = [person for person in build.staying("domaines") if person not in with_patients[:2]]
        build.row("domaines_intervention", row, going_on, yes)
    for person in with_patients[:2]:
        person.stops_after_page = "domaine_patients"
    build.tick("patients_missions", 69, 206, {"ecoute": 14, "entraide": 12, "conseils": 11, "proches": 9, "visites": 6,
                                              "droits": 7, "ateliers": 7, "prevention": 8, "temoigner": 10, "other": 1})
    build.tick("patients_modalites", 50, 71, AGREEMENT)
    build.tick("formation_patients_missions", 38, 117, TRAINING | {"financer": 2})
    build.tick("formation_patients_modalites", 30, 40, AGREEMENT)
    build.tick("etp_missions", 41, 190, ETP)
    build.tick("etp_modalites", 30, 37, AGREEMENT)
    build.tick("formation_pros_missions", 38, 90, TEACHING, animer_binome=14, temoigner=22, animer_seul=10,
               simulation=6)
    build.tick("formation_pros_publics_binome", 10, 19, PUBLICS)
    build.tick("formation_pros_publics_temoigner", 13, 24, PUBLICS)
    build.tick("formation_pros_publics_seul", 7, 14, PUBLICS)
    build.tick("formation_pros_publics_simulation", 4, 7, PUBLICS)
    build.tick("formation_pros_modalites", 23, 25, AGREEMENT)
    build.choose("etablissements_role", 43, {"patient_partenaire": 1}, ru=31)
    build.tick("etablissements_structures", 47, 72, {"chu": 14, "ch": 16, "clinique": 8, "espic": 4, "cancer": 5,
                                                     "psychiatrie": 5, "smr": 6, "had": 3, "ehpad": 5, "dialyse": 3,
                                                     "medico_social": 4, "soins_coordonnes": 3})
    build.tick("etablissements_actions", 41, 77, {
        "experience_patient": 9, "planification": 4, "offre_soins": 7, "evaluation_soins": 7, "cdu": 14,
        "organisation_services": 5, "patient_traceur": 4, "droits": 8, "information": 9, "other": 1})
    build.tick("etablissements_modalites", 39, 46, AGREEMENT)
    build.choose("instances_role", 32, {}, ru=28, patient_partenaire=4)
    build.tick("instances_modalites", 38, 43, AGREEMENT)
    build.tick("recherche_missions", 25, 52, RESEARCH)
    build.tick("recherche_modalites", 24, 30, AGREEMENT)


def patients():
    build = Builder("patients", SIZES["patients"], SEED)
    build.numbers("age", 124, 61, 12, lambda person: 18, lambda person: 95)
    # 96 people of Occitanie for 162 contacted: the published 59 %
    localities(build, 99, {TOULOUSE: 22, MONTPELLIER: 17, NIMES: 8, PERPIGNAN: 6}, ("dep:13", "dep:64", "dep:75"))
    both = patients_health(build)
    build.choose("benevole_association", 126, {"oui": 74, "non": 24, "nsp": 2})
    build.choose("mandat_ru", 112, {"oui_exclusif": 18, "oui_et_pp": 22, "non": 60})
    build.choose("situation_activite", 108, {"actif": 30, "retraite": 50, "aah_invalidite": 15, "etudes": 2,
                                             "other": 3})
    build.choose("statut_professionnel", 119, {"non": 75, "nsp": 7}, oui=31)
    build.tick("statut_professionnel_type", 27, 38, {
        "salarie": 5, "independant": 6, "mediateur_sante_pair": 6, "vacataire": 8, "contractuel_public": 4,
        "portage": 2, "salarie_association": 5, "other": 1})
    build.choose("experience_12_mois", 126, {"non": 20, "nsp": 4}, oui=102)
    # 24 do not go to the last pages: 18 without a recent experience, 6 with one, who do see the page before
    quiet = [person for person in build.people if person.answers["experience_12_mois"] != "oui"]
    build.leave("activite", 14, lambda person: person in quiet)
    for row, yes in (("entraide", 59), ("formation_patients", 28), ("etp", 37), ("formation_pros", 29),
                     ("etablissements", 44), ("recherche", 21), ("instances", 28)):
        build.row("domaines_intervention", row, build.asked("domaines_intervention"), yes)
    patients_domains(build)
    build.choose("souhait_intervenir", 107, {"non": 24, "nsp": 8}, oui=75)
    build.tick("secteur_geographique", 75, 103, DEPARTMENTS)
    build.choose("disponibilite", 75, {"ponctuelle": 16, "plusieurs_an": 22, "mensuelle": 12, "plusieurs_mois": 8,
                                       "hebdomadaire": 6, "a_definir": 11})
    build.tick("indemnisation_souhaitee", 75, 130, {"sans": 14, "defraiement": 34, "dedommagement": 24,
                                                    "remuneration": 20, "contrepartie": 9, "nsp": 4, "other": 1})
    build.leave("disponibilite", 4, lambda person: person in quiet)
    build.leave("disponibilite", 6, lambda person: person not in quiet)
    build.choose("reunions_sollicitation", 102, YES_NO)
    build.choose("satisfaction", 102, SATISFACTION)
    build.tick("freins", 78, 156, OBSTACLES, alone={"aucun": 5})
    build.tick("leviers", 58, 150, SUPPORTS)
    build.choose("intention_12_mois", 102, INTENTION)
    build.choose("dynamique_regionale", 96, NETWORK, souhaite_rejoindre=40)
    build.choose("annuaire", 84, DIRECTORY)
    build.leave("suites", 3)
    if len(both) != 25:
        raise ValueError("25 people of 126 live with an illness and accompany somebody: the published 20 %")
    return build


def patients_health(build):
    build.choose("maladie_chronique", 126, {"non": 26, "refus": 4}, oui=96)
    ill = [person for person in build.people if person.answers["maladie_chronique"] == "oui"]
    others = [person for person in build.people if person not in ill]
    build.numbers("maladie_chronique_depuis", 90, 17, 9, lambda person: 1,
                  lambda person: min(60, person.answers.get("age", 60)))
    build.choose("proche_aidant", 94, {"non": 1}, among=ill, oui=25, refus=3)
    build.choose("proche_aidant", 29, {"non": 1}, among=others, oui=15, refus=1)
    build.numbers("proche_aidant_depuis", 38, 15, 8, lambda person: 1,
                  lambda person: min(50, person.answers.get("age", 60)))
    return [person for person in ill if person.answers.get("proche_aidant") == "oui"]


def patients_domains(build):
    build.tick("entraide_modalites", 59, 78, AGREEMENT)
    build.tick("formation_patients_activites", 28, 88, TRAINING)
    build.tick("formation_patients_modalites", 25, 34, AGREEMENT)
    build.tick("etp_activites", 37, 122, ETP)
    build.tick("etp_modalites", 37, 45, AGREEMENT)
    build.tick("formation_pros_activites", 29, 99, TEACHING)
    build.tick("formation_pros_publics", 29, 97, PUBLICS)
    build.tick("formation_pros_modalites", 18, 30, AGREEMENT)
    build.tick("etablissements_modalites", 39, 52, AGREEMENT)
    build.choose("instances_role", 28, {"ru": 19, "patient_partenaire": 9})
    build.tick("instances_modalites", 28, 28, AGREEMENT)
    build.tick("recherche_activites", 19, 41, RESEARCH)
    build.tick("recherche_modalites", 18, 22, AGREEMENT)
    build.tick("formation_suivie", 102, 136, {
        "etp_40h": 36, "du": 24, "licence": 5, "master": 7, "doctorat": 2, "ru": 22, "association": 21, "cops": 14,
        "other": 3}, alone={"aucune": 12})


def equipes():
    build = Builder("equipes", SIZES["equipes"], SEED)
    localities(build, 101, {TOULOUSE: 24, MONTPELLIER: 20, NIMES: 9, PERPIGNAN: 5})
    build.choose("type_structure", 92, {"chu": 24, "ch": 22, "clinique": 9, "espic": 4, "cancer": 5, "psychiatrie": 7,
                                        "smr": 7, "had": 3, "usld": 2, "ehpad": 6, "dialyse": 3, "msp": 6, "cpts": 3,
                                        "centre_sante": 2, "reseau": 2, "medico_social": 3})
    build.choose("experience_12_mois", 101, {"non": 57, "nsp": 5}, oui=39)
    build.tick("domaines_implication", 32, 35, {"other": 1}, soins_hors_etp=18, etp=16)
    build.tick("hors_etp_activites", 16, 27, {"presenter_association": 5, "temoigner": 6, "soutenir_accompagner": 5,
                                              "annonce": 2, "entretien": 2, "orientation": 3, "groupes_parole": 4,
                                              "outils": 3, "retour_soins": 1})
    build.tick("etp_activites", 15, 66, ETP)
    build.tick("modalites", 33, 39, AGREEMENT)
    build.leave("demarche", 2, lambda person: person.answers["experience_12_mois"] == "oui")
    build.leave("demarche", 8, lambda person: person.answers["experience_12_mois"] != "oui")
    build.choose("satisfaction", 31, SATISFACTION)
    build.write("satisfaction_elements", 26, 35)
    build.write("ameliorations", 22, 28)
    build.choose("evaluation_plus_value", 30, {"oui": 7, "en_cours": 8, "non": 12, "nsp": 3})
    build.write("impact", 52, 77)
    build.leave("bilan", 4)
    build.tick("freins", 83, 224, OBSTACLES | {"visibilite_plus_value": 22, "disponibilite": 15}, alone={"aucun": 4})
    build.tick("leviers", 73, 200, SUPPORTS)
    build.leave("freins_leviers", 3)
    build.choose("intention_12_mois", 81, INTENTION)
    build.choose("dynamique_regionale", 75, NETWORK, souhaite_rejoindre=38)
    build.write("besoins", 26, 33)
    build.choose("annuaire", 82, DIRECTORY)
    build.leave("suites", 3)
    return build


def etablissements():
    build = Builder("etablissements", SIZES["etablissements"], SEED)
    localities(build, 66, {TOULOUSE: 9, MONTPELLIER: 8, NIMES: 4, PERPIGNAN: 4})
    build.choose("type_structure", 66, {"chu": 3, "ch": 20, "clinique": 12, "espic": 5, "cancer": 2, "psychiatrie": 4,
                                        "smr": 8, "had": 2, "usld": 2, "ehpad": 6, "dialyse": 2})
    build.choose("projet_etablissement", 66, PROJECT)
    build.choose("experience_12_mois", 66, {"non": 6, "nsp": 2}, oui=58)
    build.tick("acteurs_engages", 66, 204, {
        "direction_generale": 34, "direction_qualite": 40, "direction_soins": 30, "direction_finance_rh": 5,
        "communication": 6, "cme": 18, "cdu": 26, "professionnels": 30, "patients_partenaires": 18, "ru": 26,
        "associations": 12, "other": 1}, alone={"personne": 3})
    with_partners = etablissements_people(build)
    build.tick("qualite_activites", 43, 156, {
        "cdu": 30, "organisation_services": 9, "patient_traceur": 14, "experience_patient": 18, "plaintes": 20,
        "evenements_indesirables": 10, "certification": 18, "documents": 17, "parcours": 9, "architecture": 4,
        "projet_usagers": 18, "autres_instances": 8, "sensibilisation": 9, "other": 1})
    build.tick("recherche_activites", 6, 19, RESEARCH)
    build.leave("demarche", 4, lambda person: person.answers["experience_12_mois"] != "oui")
    build.tick("modalites_ru", 49, 63, AGREEMENT)
    build.tick("modalites_pp_soins_qualite", 42, 47, AGREEMENT, among=with_partners[:42])
    build.tick("modalites_pp_recherche", 18, 20, AGREEMENT)
    build.leave("modalites", 10)
    build.choose("satisfaction", 42, SATISFACTION)
    build.write("satisfaction_elements", 35, 48)
    build.write("ameliorations", 23, 30)
    build.choose("evaluation_plus_value", 42, {"oui": 11, "en_cours": 11, "non": 15, "nsp": 5})
    build.write("impact", 38, 53)
    build.leave("bilan", 3)
    build.tick("freins", 47, 120, OBSTACLES | {"benevolat": 20, "disponibilite": 12}, alone={"aucun": 2})
    build.tick("leviers", 46, 127, SUPPORTS | {"volonte_institutionnelle": 21, "confiance": 13})
    build.leave("freins_leviers", 1)
    build.choose("intention_12_mois", 46, INTENTION)
    build.choose("dynamique_regionale", 39, NETWORK, souhaite_rejoindre=18)
    build.write("besoins", 28, 39)
    build.choose("annuaire", 44, DIRECTORY)
    build.leave("suites", 1)
    return build


def etablissements_people(build):
    """58 answers on persons (96) and domains (81), such that 49, 42 and 18 are asked the three questions on terms."""
    people = build.asked("personnes_impliquees")
    build.random.shuffle(people)
    partners, users = people[:43], people[43:]
    build.tick("personnes_impliquees", None, 81, {}, among=partners, patients_partenaires=43, ru=36, associations=1,
               proches_aidants=1)
    build.tick("personnes_impliquees", None, 15, {}, among=users, ru=13, associations=2)
    build.tick("domaines_implication", None, 52, {}, among=partners[:39], qualite=39, soins=9, recherche=4)
    build.tick("domaines_implication", None, 7, {}, among=partners[39:], soins=4, recherche=3)
    build.tick("domaines_implication", None, 22, {}, among=users, qualite=8, soins=3, recherche=11)
    return partners


def formation():
    build = Builder("formation", SIZES["formation"], SEED)
    localities(build, 36, {TOULOUSE: 10, MONTPELLIER: 8, NIMES: 3, PERPIGNAN: 3})
    build.choose("type_structure", 39, {"ifsi_ifas": 18, "reeducation": 5, "specialites": 3, "autres_paramedical": 3,
                                        "faculte_sante": 4, "travail_social": 3, "formation_continue": 2,
                                        "simulation": 1})
    build.choose("qualite_repondant", 39, {"direction": 14, "coordination": 8, "formateur": 12, "enseignant": 4,
                                           "administratif": 1})
    build.choose("projet_etablissement", 38, PROJECT)
    build.choose("experience_12_mois", 39, {"non": 6, "nsp": 1}, oui=32)
    build.tick("types_enseignement", 30, 54, {"cours_magistral": 12, "travaux_diriges": 13, "simulation": 7,
                                              "analyse_pratiques": 6, "etp": 7, "projets": 4, "stages": 2,
                                              "formation_continue": 3})
    build.leave("demarche", 1, lambda person: person.answers["experience_12_mois"] == "oui")
    build.leave("demarche", 1, lambda person: person.answers["experience_12_mois"] != "oui")
    build.choose("frequence", 28, {}, ponctuellement=15, plusieurs_fois_an=13)
    build.tick("motifs_intervention", 27, 112, {"temoigner": 24, "animer_binome": 18, "animer_seul": 8, "simulation": 8,
                                                "concevoir": 14, "evaluer_formation": 9, "evaluer_etudiants": 8,
                                                "presenter_association": 13, "gouvernance": 6, "selection": 4})
    build.tick("competences_attendues", 13, 29, {
        "pedagogiques": 7, "savoirs_experientiels": 9, "ecoute_communication": 5, "travail_equipe": 3,
        "reflexivite": 4, "ethique": 3}, alone={"aucune": 1})
    build.tick("niveau_formation_attendu", 20, 41, {"etp_40h": 11, "universitaire": 9, "licence": 3, "master": 2,
                                                    "formateur": 5, "interne": 8}, alone={"aucun": 3})
    build.tick("modalites", 22, 34, AGREEMENT)
    build.leave("implication", 4)
    build.choose("satisfaction", 23, SATISFACTION)
    build.choose("evaluation_plus_value", 20, {"oui": 6, "en_cours": 5, "non": 7, "nsp": 2})
    build.write("impact", 23, 33)
    build.leave("bilan", 3)
    build.tick("freins", 24, 70, OBSTACLES | {"recrutement": 24, "disponibilite": 11})
    build.tick("leviers", 25, 114, SUPPORTS | {"volonte_institutionnelle": 21, "confiance": 14})
    build.leave("freins_leviers", 2)
    build.choose("intention_12_mois", 26, {"oui": 19, "indecis": 4}, non=3)
    build.write("intention_non_motifs", 2, 2)
    build.choose("dynamique_regionale", 22, NETWORK, souhaite_rejoindre=10)
    build.write("besoins", 11, 14)
    build.choose("annuaire", 24, DIRECTORY)
    build.leave("suites", 1)
    return build


def wishes(build):
    """Some of those who reach the last page ask to be contacted: reserved addresses and fictitious numbers."""
    people = [person for person in build.here("contact") if person.stops_after_page is None]
    for person in build.random.sample(people, len(people) // 2):
        answers = person.answers
        if build.random.random() < 0.4:
            answers["contact_souhait"] = ["non"]
            continue
        wanted = ["resultats"] + [code for code in ("reunions", "dynamique", "annuaire") if build.random.random() < 0.4]
        answers["contact_souhait"] = [code for code in build.form.questions["contact_souhait"].codes if code in wanted]
        answers["contact_email"] = f"souhait-{person.audience}-{person.number}@example.org"
        if build.random.random() < 0.2:
            answers["contact_telephone"] = f"05 36 49 {person.number % 100:02d} 00"
        if build.random.random() < 0.3:
            answers["contact_message"] = build.random.choice(MESSAGES)
        if "annuaire" in wanted:
            answers["contact_annuaire"] = build.random.choice(["oui", "non"])


def habits(build):
    """Every fourth person or so does what people do."""
    for person in build.people:
        if person.stops_after_page is None and build.random.random() < 0.28:
            person.habit = build.random.choice(["back", "reload", "double", "error", "resume"])


def passers_by():
    """They start and leave too early to be counted: nothing saved, or the first page only."""
    shown = {"associations": {"localite": TOULOUSE, "territoire_action": ["d31"]},
             "patients": {"age": 47}, "equipes": {"localite": MONTPELLIER},
             "etablissements": {"localite": NIMES, "type_structure": "ch", "projet_etablissement": "nsp"},
             "formation": {"type_structure": "simulation", "qualite_repondant": "formateur"}}
    people = [Respondent(audience, SIZES[audience] + 1, dict(answers), "profil", counted=False)
              for audience, answers in shown.items()]
    return people + [Respondent("patients", SIZES["patients"] + 2, {}, "", counted=False)]


def everybody():
    """(questionnaires by audience, the 412 and then the passers-by)"""
    forms, people = {}, []
    for audience, make in zip(AUDIENCES, (associations, patients, equipes, etablissements, formation)):
        build = make()
        wishes(build)
        habits(build)
        build.check()
        forms[audience] = build.form
        people += build.people
    reach = [person for person in people if person.audience == "associations" and person.stops_after_page is None]
    for person in random.Random(f"{SEED}/newsletter").sample(reach, BY_OPEN_LINK):
        person.channel = "newsletter"
        if person.habit == "resume":  # nothing leads back to a draft of an open link in another browser
            person.habit = "reload"
    return forms, people + passers_by()


def as_sent(people):
    """What tally.py reads, when everybody sends what they should."""
    return [{"audience": person.audience, "answers": person.answers, "finished": person.stops_after_page is None}
            for person in people]


def main():
    import compare
    import tally

    _, people = everybody()
    outcome = compare.compare_all(tally.rows(as_sent(people)), CONTACTED)
    print(compare.report(outcome))
    for audience in AUDIENCES:
        mine = [person for person in people if person.audience == audience and person.counted]
        left = sum(1 for person in mine if person.stops_after_page is not None)
        print(f"{audience}: {len(mine)} respondents, of whom {left} leave before sending")
    return 0 if outcome.agrees else 1


if __name__ == "__main__":
    raise SystemExit(main())
