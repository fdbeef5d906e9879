"""Doctors, places, openings and booked visits: how they come into the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clinic.values import FullName, Place
from ivr.store import tables


@dataclass(frozen=True, slots=True)
class At:
    """Which doctor, where and when."""

    doctor: tables.Doctor
    place: tables.Place
    start: datetime
    """Aware."""
    minutes: int = 15


def doctor_of(session: Session, name: FullName, specialty: str) -> tables.Doctor:
    """The doctor's row, added where there is none."""
    found = session.scalar(
        select(tables.Doctor).where(
            tables.Doctor.last == name.last,
            tables.Doctor.first == name.first,
            tables.Doctor.patronymic == name.patronymic,
            tables.Doctor.specialty == specialty,
        )
    )
    if found is None:
        found = tables.Doctor(
            last=name.last, first=name.first, patronymic=name.patronymic, specialty=specialty
        )
        session.add(found)
        session.flush()
    return found


def place_of(session: Session, place: Place) -> tables.Place:
    """The place's row, added where there is none."""
    found = session.scalar(
        select(tables.Place).where(
            tables.Place.clinic == place.clinic,
            tables.Place.address == place.address,
            tables.Place.entrance == place.entrance,
            tables.Place.floor == place.floor,
            tables.Place.cabinet == place.cabinet,
        )
    )
    if found is None:
        found = tables.Place(
            clinic=place.clinic,
            address=place.address,
            entrance=place.entrance,
            floor=place.floor,
            cabinet=place.cabinet,
        )
        session.add(found)
        session.flush()
    return found


def wall(start: datetime, zone: ZoneInfo) -> str:
    """As the clinic's clock shows it."""
    return f"{start.astimezone(zone):%Y-%m-%dT%H:%M}"


def add_opening(session: Session, at: At, zone: ZoneInfo) -> tables.Opening:
    opening = tables.Opening(
        doctor_id=at.doctor.id,
        place_id=at.place.id,
        specialty=at.doctor.specialty,
        start=at.start,
        wall=wall(at.start, zone),
        minutes=at.minutes,
    )
    session.add(opening)
    return opening


def book(
    session: Session, at: At, zone: ZoneInfo, patient_id: int, booked_at: datetime
) -> tables.Visit:
    """Add a visit of our own book, and the opening that it takes."""
    visit = tables.Visit(
        patient_id=patient_id,
        doctor_id=at.doctor.id,
        place_id=at.place.id,
        specialty=at.doctor.specialty,
        start=at.start,
        wall=wall(at.start, zone),
        minutes=at.minutes,
        created_at=booked_at,
    )
    session.add(visit)
    session.flush()
    add_opening(session, at, zone).taken_by = visit.id
    session.flush()
    return visit
